import type { Paint } from "./paint.ts";
import { PREFIX, SDK_KEY } from "./the-flag.ts";

/** Where everything listens. */
export interface Places {
  readonly relay: { readonly url: string; readonly adminUrl: string };
  readonly redisSocket: string;
}

/** Commands for a shell, each under a line that says what it shows. */
export function thingsToTry({ relay: { url, adminUrl }, redisSocket }: Places, paint: Paint): string[] {
  const authorization = `-H 'Authorization: ${SDK_KEY}'`;
  const commands = [
    ["all flags, as an SDK that polls gets them", `curl ${authorization} ${url}/sdk/latest-all`],
    ["the stream of an SDK: every change comes as a patch", `curl -N ${authorization} ${url}/all`],
    ["how the relay and its environments are", `curl ${url}/status`],
    ["whether it is ready, and if not, why", `curl ${adminUrl}/readyz`],
    ["metrics for Prometheus", `curl ${adminUrl}/metrics`],
    ["what is in Redis, for SDKs in daemon mode", `redis-cli -s ${redisSocket} HGETALL ${PREFIX}:features`],
  ] as const;
  return commands.flatMap(([what, command]) => [paint("dim", `# ${what}`), command]);
}
