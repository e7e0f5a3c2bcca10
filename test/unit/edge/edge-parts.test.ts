import { describe, expect, it } from "vitest";
import type { ChangesState } from "../../../services/edge/environments/changes-state.ts";
import { credentialIn } from "../../../services/edge/environments/credential-index.ts";
import { PollBodies } from "../../../services/edge/environments/poll-bodies.ts";
import { UpstreamWatch } from "../../../services/edge/environments/upstream-watch.ts";
import { isUnchanged } from "../../../services/edge/http/conditional.ts";
import { statusReport } from "../../../services/edge/status/status-report.ts";
import { maskCredential } from "../../../shared/model/credentials.ts";
import { type FlagData, type Item, NO_DATA } from "../../../shared/model/item.ts";
import { tombstone } from "../../../shared/model/tombstone.ts";
import type { UpstreamState } from "../../../shared/model/upstream-state.ts";
import { environment } from "../../support/environment.ts";
import { MovedClock } from "../../support/moved-clock.ts";

const item = (version: number, content = ""): Item => ({
  version,
  deleted: false,
  raw: `"${version}${content}"`,
});
const flags = (items: Record<string, Item>): FlagData => ({
  ...NO_DATA,
  flags: new Map(Object.entries(items)),
});
const production = environment("a");

describe("the Authorization header", () => {
  it.each([
    ["sdk-1", "sdk-1"],
    ["api_key mob-1", "mob-1"],
    ["api_key  mob-1 ", "mob-1"],
    ["Bearer x", undefined],
    ["API_KEY x", undefined],
    ["", undefined],
    [undefined, undefined],
  ])("%j shows the credential %j", (header, credential) => {
    expect(credentialIn(header)).toBe(credential);
  });
});

describe("If-None-Match", () => {
  it.each(['"relay-1"', 'W/"relay-1"', "relay-1", "*", '"x", "relay-1"'])("%s matches", (header) => {
    expect(isUnchanged(header, '"relay-1"')).toBe(true);
  });

  it.each([undefined, '"relay-2"', "", '"relay-1'])("%s does not match", (header) => {
    expect(isUnchanged(header, '"relay-1"')).toBe(false);
  });
});

describe("poll answers", () => {
  it("have a tag that depends on the content only, and leave deleted items out", () => {
    const one = new PollBodies(flags({ a: item(1), b: tombstone("flags", 2) }));
    const same = new PollBodies(flags({ a: item(1) }));
    const other = new PollBodies(flags({ a: item(1, "other") }));
    expect(new TextDecoder().decode(one.all.bytes)).toBe('{"flags":{"a":"1"},"segments":{}}');
    expect(one.all.etag).toBe(same.all.etag);
    expect(one.all.etag).not.toBe(other.all.etag);
    expect(one.item("flags", "b")).toBe(undefined);
    expect(one.item("flags", "__proto__")).toBe(undefined);
  });
});

describe("upstream, as an edge sees it", () => {
  const report = { state: "VALID", since: 5, aliveAt: 1 } as const;

  it("is initialising until an ingestor says something, and then what that says", async () => {
    const clock = new MovedClock();
    await clock.pass(100);
    const watch = new UpstreamWatch(clock);
    await clock.pass(100);
    expect(watch.state).toEqual({ state: "INITIALIZING", since: 100 });
    watch.reported(report);
    expect(watch.state.state).toBe("VALID");
  });

  it("is interrupted once the ingestor has said nothing new for long", async () => {
    const clock = new MovedClock();
    const watch = new UpstreamWatch(clock);
    watch.reported(report);
    await clock.pass(1000);
    watch.reported({ ...report, aliveAt: 2 });
    for (let i = 0; i < 15; i++) {
      await clock.pass(2000);
      watch.reported({ ...report, aliveAt: 2 });
    }
    expect(watch.state).toMatchObject({ state: "INTERRUPTED", since: 1000 });
    watch.reported({ ...report, aliveAt: 3 });
    expect(watch.state.state).toBe("VALID");
  });
});

describe("/status", () => {
  const facts = { version: "1", redisAddress: "r:1", disconnectedStatusTimeMs: 60_000 };
  const store = { state: "VALID", since: 1 } as const;
  const changes: ChangesState = { state: "VALID", since: 1 };
  const status = (state: UpstreamState["state"], since: number, hasData = true) =>
    statusReport(
      [{ environment: production, hasData, upstream: { state, since }, store, changes }],
      facts,
      100_000,
    ).status;

  it("is healthy while every environment is connected, or has been away only briefly", () => {
    expect(status("VALID", 1)).toBe("healthy");
    expect(status("INTERRUPTED", 99_000)).toBe("healthy");
  });

  it("is degraded by an environment that is away for long, off, or has no data", () => {
    expect(status("INTERRUPTED", 1)).toBe("degraded");
    expect(status("OFF", 1)).toBe("degraded");
    expect(status("INITIALIZING", 99_000)).toBe("degraded");
    expect(status("VALID", 1, false)).toBe("degraded");
  });

  it("is degraded as soon as changes do not arrive, and says since when and why; disconnected when that lasts", () => {
    const reason = { code: "holder.silent", message: "no ingestor writes to Redis" } as const;
    const cut = (since: number) =>
      statusReport(
        [
          {
            environment: production,
            hasData: true,
            upstream: { state: "VALID", since: 1 },
            store,
            changes: { state: "INTERRUPTED", since, reason },
          },
        ],
        facts,
        100_000,
      );
    expect(cut(90_000)).toMatchObject({
      status: "degraded",
      environments: {
        [production.name]: {
          status: "connected",
          changesStatus: { state: "INTERRUPTED", stateSince: 90_000, reason },
        },
      },
    });
    expect(cut(40_000)).toMatchObject({ environments: { [production.name]: { status: "disconnected" } } });
  });

  it("shows only the end of a key", () => {
    expect(maskCredential("sdk-98e2b0b4-2688-4a59-9810-1e0e3d799989")).toBe(
      "sdk-********-****-****-****-*******99989",
    );
    expect(maskCredential("SPREE_PROD_API_KEY")).toBe("SPR**_PRO*_*PI_KEY");
  });
});
