import { describe, expect, it } from "vitest";
import type { ChangesState } from "../../../../services/edge/environments/changes-state.ts";
import { statusReport } from "../../../../services/edge/status/status-report.ts";
import type { UpstreamState } from "../../../../shared/model/upstream-state.ts";
import { environment } from "../../../support/environment.ts";

const production = environment("a");

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
});
