import { expect, it } from "vitest";
import { payloadHead, payloadRow } from "../../../demo/event-text.ts";
import { failureText } from "../../../demo/failure-text.ts";
import type { Flip } from "../../../demo/flip.ts";
import { flipHead, flipRow, propagationText } from "../../../demo/flip-text.ts";
import { median, millisecondsText } from "../../../demo/milliseconds.ts";
import { paintFor } from "../../../demo/paint.ts";
import { Screen } from "../../../demo/screen.ts";
import type { EventPost } from "../../../simulator/event-log.ts";

const plain = paintFor(false, undefined);
const FLIP: Flip = { version: 12, value: true, redisMs: 1.25, sdkMs: [123.4, undefined] };

it("takes the value in the middle, whatever the order", () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([10, 2, 4, 1])).toBe(3);
  expect(() => median([])).toThrow(RangeError);
});

it("gives small times a decimal, and large ones none", () => {
  expect([0.04, 1.26, 99.94, 99.96, 812.4].map(millisecondsText)).toEqual([
    "0.0 ms",
    "1.3 ms",
    "99.9 ms",
    "100 ms",
    "812 ms",
  ]);
});

it("colours for a terminal only, and not for those who set NO_COLOR", () => {
  expect(paintFor(true, undefined)("bold", "hi")).toBe("\u001b[1mhi\u001b[22m");
  expect(paintFor(true, "")("bold", "hi")).toBe("\u001b[1mhi\u001b[22m");
  expect(paintFor(true, "1")("bold", "hi")).toBe("hi");
  expect(paintFor(false, undefined)("bold", "hi")).toBe("hi");
});

it("puts what each part saw of a change under that part's name", () => {
  expect([flipHead([{ name: "SDK 1" }, { name: "SDK 2" }], plain), flipRow(FLIP, plain)]).toEqual([
    "LaunchDarkly sent     Redis has it          SDK 1 evaluates to    SDK 2 evaluates to",
    "patch, version 12     v12     +1.3 ms       true    +123 ms       not        seen",
  ]);
});

it("sums the times of all SDKs up, and does not hide a change that one has missed", () => {
  expect(
    propagationText(
      [
        { ...FLIP, sdkMs: [1, 3] },
        { ...FLIP, sdkMs: [2, 50] },
      ],
      plain,
    ),
  ).toBe("A change takes 2.5 ms from LaunchDarkly to an SDK (median of 4; the slowest took 50.0 ms).");
  expect(() => propagationText([FLIP], plain)).toThrow("version 12 of the flag has not reached every SDK");
});

it("shows of a payload its id's beginning, its sender and how many events of which kinds it has", () => {
  const events = [{ kind: "feature" }, { kind: "summary" }, { kind: "feature" }];
  expect([
    payloadHead(plain),
    payloadRow(post("/bulk", events, { "x-launchdarkly-payload-id": "01234567-89ab" })),
  ]).toEqual([
    "route        payload id   sent by               bytes    events",
    "/bulk        01234567…    NodeJSClient/9.9.9    58       2 feature, 1 summary",
  ]);
  expect(payloadRow(post("/diagnostic", { kind: "diagnostic-init" }))).toBe(
    "/diagnostic  none         NodeJSClient/9.9.9    26       1 diagnostic-init",
  );
});

function post(path: string, body: unknown, headers: Record<string, string> = {}): EventPost {
  return {
    path,
    headers: { "user-agent": "NodeJSClient/9.9.9", ...headers },
    rawBody: Buffer.from(JSON.stringify(body)),
    at: 0,
    accepted: true,
    json: () => body,
  };
}

it("explains a failure with the last that the relay has logged, in words", () => {
  const log = Array.from({ length: 20 }, (_, at) => ({
    level: "info",
    time: "now",
    role: "edge",
    message: `line ${at}`,
    at,
  }));
  const text = failureText(new Error("it broke"), [...log, { text: "ld-relay: no" }]);
  expect(text).toMatch(
    /^\nThe demo failed: it broke\nThe relay's last lines:\n {2}info {2}line 9 \(at=9\)\n/,
  );
  expect(text).toMatch(/line 19 \(at=19\)\n {2}ld-relay: no\n$/);
  expect(failureText(new Error("it broke"), [])).toBe("\nThe demo failed: it broke\n");
});

it("says what it does while it does it, and ends the line also when that fails", async () => {
  let text = "";
  const screen = new Screen(
    {
      write: (more) => {
        text += more;
      },
    },
    plain,
  );
  await screen.step(
    "working",
    async () => expect(text).toMatch(/^ {2}working… +$/),
    () => "done",
  );
  expect(text).toMatch(/^ {2}working… +done +[\d.]+ ms\n$/);
  await expect(
    screen.step(
      "breaking",
      () => Promise.reject(new Error("no")),
      () => "done",
    ),
  ).rejects.toThrow("no");
  expect(text).toMatch(/\n {2}breaking… +\n$/);
});
