import { type Case, conditions } from "./case.ts";

const NEW_YEAR = "2020-01-01T00:00:00Z";

/** Whether `given` is a moment that is after `than`; what is none is neither before nor after another. */
function after(given: unknown, than: unknown, holds: boolean, why = ""): Case {
  const name = `${JSON.stringify(given)} is ${holds ? "" : "not "}after ${JSON.stringify(than)}${why && `, ${why}`}`;
  const context = { kind: "user", key: "ann", moment: given };
  return conditions(name, [{ attribute: "moment", op: "after", values: [than] }], context, holds);
}

export const DATE_CASES: readonly Case[] = [
  after("2020-01-01T00:00:01Z", NEW_YEAR, true),
  after("2020-01-01t00:00:01z", NEW_YEAR, true, "in lower case"),
  after("2019-12-31T23:59:60Z", "2019-12-31T23:59:59.9Z", true, "with a leap second"),
  after("2019-12-31T23:59:60Z", NEW_YEAR, false, "with a leap second that is the next minute's first"),
  after("2020-01-01T00:00:00-24:00", NEW_YEAR, true, "with an offset of a day"),
  after("2020-01-01T00:00:00-99:59", "2020-01-05T03:58:59Z", true, "with an offset of four days"),
  after("2020-01-01T24:00:00Z", NEW_YEAR, false, "because there is no hour 24"),
  after("2021-01-01T00:00:00+0700", NEW_YEAR, false, "because offsets have a colon"),
  after("2021-01-01T00:00:00", NEW_YEAR, false, "because it has no offset"),
  after("2021-01-01", NEW_YEAR, false, "because it has no time"),
  after("2020-01-01T1:00:00Z", NEW_YEAR, true, "with one digit of the hour"),
  after("2021-1-01T00:00:00Z", NEW_YEAR, false, "because months have two digits"),
  after(
    "2020-02-31T00:00:00Z",
    "2020-03-01T00:00:00Z",
    true,
    "as days after the end of a month are in the next",
  ),
  after("2020-02-32T00:00:00Z", NEW_YEAR, false),
  after("2020-01-01T00:00:01Z and more", NEW_YEAR, true, "whatever follows the Z"),
  after("2020-01-01T00:00:01-00:00 more", NEW_YEAR, false, "because something follows the offset"),
  after("2020-01-01T00:00:01-00:00…", NEW_YEAR, true, "whatever follows the offset, unless it is ASCII"),
  after(" 2021-01-01T00:00:00Z", NEW_YEAR, false),
  after("2020-01-01T00:00:00.000000001Z", NEW_YEAR, true, "by a nanosecond"),
  after("2020-01-01T00:00:00.0000000001Z", NEW_YEAR, false, "because there are at most nine digits"),
  after("2021-01-01T00:00:00.Z", NEW_YEAR, false, "because a point is followed by digits"),
  after("0001-01-01T00:00:01Z", "0001-01-01T00:00:00Z", false, "because that is no moment in a clause"),
  after("0001-01-01T00:00:00Z", "0000-12-31T23:59:59Z", true, "in the years before 100"),
  after(1577836800000, "2019-12-31T23:59:59Z", true),
  after(1577836800000.9, 1577836800000, false, "because parts of a millisecond do not count"),
  after(9_223_372_036_854, 0, true),
  after(9_223_372_036_855, 0, false, "because 64 bits of nanoseconds end before"),
  after(10_000_000_000_000, "1702-05-02T18:12:06.290Z", true, "because 64 bits of nanoseconds end before"),
  after(10_000_000_000_000, "1702-05-02T18:12:06.291Z", false, "because 64 bits of nanoseconds end before"),
  after(1e300, -1, true, "because it is the epoch's begin"),
  after(true, NEW_YEAR, false),
  after("2021-01-01T00:00:00Z", null, false),
];
