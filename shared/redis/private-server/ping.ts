import { askListener } from "./unix-socket.ts";

/**
 * Whether the Redis at a unix socket can be used. `busy` means that it is there but not yet (it reads its data from
 * disk first) or no longer; `absent` that nothing listens.
 */
export type RedisPresence = "ready" | "busy" | "absent";

/** Asks a Redis how it is. Rejects if the socket may not be used. */
export async function ping(socketPath: string): Promise<RedisPresence> {
  const answer = await askListener(socketPath, "PING\r\n");
  if (answer === undefined) return "absent";
  return answer === "+PONG" ? "ready" : "busy";
}
