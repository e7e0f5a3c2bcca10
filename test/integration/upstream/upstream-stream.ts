import { Agent, fetch } from "undici";
import { onTestFinished } from "vitest";
import type { Cause } from "../../../shared/base/cause.ts";
import { systemClock } from "../../../shared/base/clock.ts";
import type { Logger } from "../../../shared/base/logger.ts";
import type { SdkKey } from "../../../shared/model/credentials.ts";
import type { UpstreamTarget } from "../../../shared/upstream/fdv1/flag-connection.ts";
import { type ReceivedEvent, SupervisedFlagStream } from "../../../shared/upstream/flag-stream.ts";
import { silentLogger } from "../../support/silent-logger.ts";

/** How much faster the stream's clock runs than ours: its minute takes 0.3 s. */
export const HURRY = 200;

/** A real supervised stream against a simulated LaunchDarkly, and what can be seen of it. */
export interface ObservedStream {
  readonly stream: SupervisedFlagStream;
  /** What it has passed on so far. */
  readonly events: readonly ReceivedEvent["event"][];
  /** The pauses before each reconnection so far, in milliseconds as they were asked for. */
  readonly pauses: readonly number[];
  /** The reasons that were logged for the pauses. */
  readonly reasons: readonly string[];
  /** How many requests are under way. */
  running(): number;
}

/** Opens a stream that is closed at the end of the test. `random` is 0: pauses are as long as they can be. */
export function openStream(
  url: string,
  sdkKey: string,
  target: Partial<Pick<UpstreamTarget, "silenceMs" | "maxEventBytes">> = {},
): ObservedStream {
  const dispatcher = new Agent({ bodyTimeout: 0, headersTimeout: 500 });
  const events: ReceivedEvent["event"][] = [];
  const pauses: number[] = [];
  const reasons: string[] = [];
  const clock = {
    now: systemClock.now,
    monotonic: () => systemClock.monotonic() * HURRY,
    sleep: (ms: number, signal?: AbortSignal) => {
      pauses.push(ms);
      return systemClock.sleep(ms / HURRY, signal);
    },
  };
  const logger: Logger = {
    ...silentLogger,
    error: (_message, facts) => void reasons.push(String(facts?.reason)),
  };
  const outage = {
    failed: ({ text }: Cause) => void reasons.push(text),
    worked: () => undefined,
    leave: () => undefined,
  };
  const stream = new SupervisedFlagStream(
    {
      service: {
        stream: (path, headers, signal) =>
          fetch(url + path, { dispatcher, headers: { "user-agent": "LDRelay/1.2.3", ...headers }, signal }),
      },
      silenceMs: 60_000,
      maxEventBytes: 1024 * 1024,
      ...target,
    },
    sdkKey as SdkKey,
    { event: ({ event }) => events.push(event), stateChanged: () => undefined },
    clock,
    () => 0,
    outage,
    logger,
  );
  onTestFinished(async () => {
    stream.close();
    await dispatcher.destroy();
  });
  return { stream, events, pauses, reasons, running: () => dispatcher.stats[url]?.running ?? 0 };
}
