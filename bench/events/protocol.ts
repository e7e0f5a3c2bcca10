/** What the benchmark's processes say to each other over IPC. */

export type ClientRequest =
  /** Opens connections that are ready to post. */
  | {
      readonly ask: "connect";
      readonly port: number;
      readonly connections: number;
      readonly bodyBytes: number;
    }
  /** Posts on every connection, one request after the other, for so long, and answers when the last is through. */
  | { readonly ask: "post"; readonly forMs: number };

export interface ClientReply {
  /** Requests that were acknowledged in the last `post`, and how long it took. */
  readonly acknowledged: number;
  readonly elapsedMs: number;
}

export interface ServerRequest {
  readonly ask: "cpu";
}

export type ServerReply =
  /** Where it listens, once it can be used. */
  | { readonly port: number }
  /** The time that its process has computed. */
  | { readonly cpuMs: number };

/** What the clients show; only the edge asks for it. */
export const SDK_KEY = "sdk-00000000-0000-4000-8000-000000000000";

/** Says that a server of the benchmark can be used, and answers the parent. */
export function serveBench(port: number): void {
  const reply = (message: ServerReply): void => {
    process.send?.(message);
  };
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    reply({ cpuMs: (user + system) / 1000 });
  });
  reply({ port });
}
