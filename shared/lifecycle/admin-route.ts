import type { IncomingMessage } from "node:http";

/** What a request to the admin listener is answered with. */
export interface AdminAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A path of the admin listener. One for GET answers HEAD, too. */
export interface AdminRoute {
  readonly method: "GET" | "POST";
  readonly path: string;
  answer(request: IncomingMessage): AdminAnswer | Promise<AdminAnswer>;
}
