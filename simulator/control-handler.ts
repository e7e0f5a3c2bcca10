import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { describeError } from "../shared/base/errors.ts";
import { flag } from "./content.ts";
import type { EventLog } from "./event-log.ts";
import type { SimulatedEnvironment } from "./simulated-environment.ts";

/** An answer in JSON. */
interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const FLAG_PATH = /^\/flags\/([^/]+)$/;

/** Changes and shows over HTTP what one simulated environment holds, and shows which events came in. */
export class ControlHandler {
  readonly #environment: SimulatedEnvironment;
  readonly #events: EventLog;

  constructor(environment: SimulatedEnvironment, events: EventLog) {
    this.#environment = environment;
    this.#events = events;
  }

  /** Answers a request. Never rejects: what is wrong with it is an answer, too. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, body } = await this.#answer(request).catch(
      (error: unknown): Answer => ({ status: 400, body: { message: describeError(error) } }),
    );
    response.writeHead(status, { "Content-Type": "application/json" }).end(`${JSON.stringify(body)}\n`);
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    const { method = "GET", url = "/" } = request;
    const path = url.replace(/\?.*/, "");
    if (method === "GET" && path === "/flags") return { status: 200, body: this.#flags() };
    if (method === "GET" && path === "/events") return { status: 200, body: this.#eventsIn() };
    const key = FLAG_PATH.exec(path)?.[1];
    if (key !== undefined) return this.#flagAnswer(method, decodeURIComponent(key), await text(request));
    return {
      status: 404,
      body: { message: "try GET /flags, GET /events, or PATCH, PUT, DELETE /flags/KEY" },
    };
  }

  #flagAnswer(method: string, key: string, body: string): Answer {
    const exists = this.#environment.data.flags.has(key);
    if (!exists && method !== "PUT") return { status: 404, body: { message: `there is no flag ${key}` } };
    switch (method) {
      case "GET":
        return this.#shown(key);
      case "PATCH":
        this.#environment.change("flags", key, properties(body));
        return this.#shown(key);
      case "PUT":
        if (exists) this.#environment.change("flags", key, properties(body));
        else this.#environment.set(flag(key, { clientSide: true, ...properties(body) }));
        return this.#shown(key);
      case "DELETE":
        this.#environment.delete("flags", key);
        return { status: 200, body: { deleted: key } };
      default:
        return { status: 405, body: { message: `a flag takes GET, PATCH, PUT and DELETE, not ${method}` } };
    }
  }

  #shown(key: string): Answer {
    return { status: 200, body: this.#flags()[key] };
  }

  #flags(): Readonly<Record<string, unknown>> {
    const { flags } = this.#environment.data;
    return Object.fromEntries([...flags].map(([key, { raw }]) => [key, JSON.parse(raw)]));
  }

  #eventsIn(): readonly unknown[] {
    return this.#events.counted.map((post) => ({
      path: post.path,
      at: new Date(post.at).toISOString(),
      events: post.json(),
    }));
  }
}

/** Throws for anything but a JSON object. */
function properties(body: string): Readonly<Record<string, unknown>> {
  const parsed: unknown = body === "" ? {} : JSON.parse(body);
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed))
    throw new Error('the body is a JSON object of properties, as {"on":false}');
  return parsed as Readonly<Record<string, unknown>>;
}
