import type { ArchivedFlags } from "../../shared/archive/offline-environments.ts";
import type { Clock } from "../../shared/base/clock.ts";
import type { Stop } from "../../shared/base/stop-scope.ts";
import type { Environment } from "../../shared/model/environment.ts";
import type { UpstreamState } from "../../shared/model/upstream-state.ts";
import type { FlagStream, FlagStreamListener } from "../../shared/upstream/flag-stream.ts";

/** What an offline archive says of an environment, as if LaunchDarkly said it: each time all of it. It is never away. */
export class ArchivedFlagStream implements FlagStream {
  readonly state: UpstreamState;
  readonly #unfollow: Stop;

  constructor(archive: ArchivedFlags, environment: Environment, listener: FlagStreamListener, clock: Clock) {
    const { envId } = environment.credentials;
    this.state = { state: "VALID", since: clock.now(), ...(envId !== undefined && { envId }) };
    this.#unfollow = archive.followFlags(environment.id, (data) =>
      listener.event({ event: { kind: "put", data }, receivedAtMs: clock.now() }),
    );
  }

  close(): void {
    void this.#unfollow();
  }
}
