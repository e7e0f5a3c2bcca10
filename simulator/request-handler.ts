import type { IncomingMessage, ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { describeError } from "../shared/base/errors.ts";
import type { Environments } from "./environments.ts";
import type { EventLog } from "./event-log.ts";
import type { Fault, Faults, Reaction } from "./faults.ts";
import { type Route, routeOf } from "./routes.ts";
import type { SimulatedEnvironment } from "./simulated-environment.ts";

/** Answers requests as LaunchDarkly does, unless a fault meets them. */
export class RequestHandler {
  readonly #environments: Environments;
  readonly #faults: Faults;
  readonly #events: EventLog;

  constructor(environments: Environments, faults: Faults, events: EventLog) {
    this.#environments = environments;
    this.#faults = faults;
    this.#events = events;
  }

  /** Never rejects: that a client leaves before it has said everything is no failure of ours. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.#handle(request, response);
    } catch (error) {
      if (!request.complete) return;
      if (response.headersSent) response.destroy();
      else response.writeHead(500, { "Content-Type": "text/plain" }).end(describeError(error));
    }
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? "/", "http://launchdarkly");
    const route = routeOf(request.method ?? "", pathname);
    if (route === undefined) {
      answer(response, 404);
      return;
    }

    const at = Date.now();
    const rawBody = await buffer(request);
    const environment = this.#environments.find(route.credential, request.headers);
    const { family } = route;
    const fault = this.#faults.meet({
      family,
      sdkKey: environment?.sdkKey,
      bytes: rawBody.byteLength,
      path: request.url ?? "",
    });

    if (route.family === "events") {
      const accepted = environment !== undefined && takesEvents(fault);
      const { url: path = "", headers } = request;
      this.#events.add({ path, headers, rawBody, at, accepted });
    }
    if (fault?.delayMs !== undefined) await sleep(fault.delayMs);
    if (response.destroyed) return;
    if (fault?.reaction !== undefined) react(response, fault.reaction);
    else if (environment === undefined) answer(response, 401);
    else serve(route, environment, request, response);
  }
}

/** Whether events are taken in spite of `fault`. */
function takesEvents(fault: Fault | undefined): boolean {
  return fault?.reaction === undefined || fault.reaction.kind === "lose answer";
}

function react(response: ServerResponse, reaction: Reaction): void {
  switch (reaction.kind) {
    case "answer":
      response.writeHead(reaction.status, reaction.headers);
      if (!reaction.keepOpen) response.end(reaction.body);
      else if (reaction.body === undefined) response.flushHeaders();
      else response.write(reaction.body);
      return;
    case "cut":
    case "lose answer":
      response.destroy();
      return;
    case "silence":
      return;
  }
}

function serve(
  route: Route,
  environment: SimulatedEnvironment,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (environment.envId !== undefined) response.setHeader("X-Ld-Envid", environment.envId);
  switch (route.family) {
    case "streams":
      response.writeHead(200, {
        "Content-Type": "text/event-stream; charset=utf-8",
        "Cache-Control": "no-cache, no-store, must-revalidate",
      });
      environment.streams.add(route.stream, response, environment.putBytes(route.stream));
      return;
    case "polls":
      servePoll(environment, request, response);
      return;
    case "events":
      answer(response, 202);
      return;
    case "goals":
      environment.goals.serve(request, response);
      return;
  }
}

function servePoll(
  environment: SimulatedEnvironment,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { body, etag } = environment.poll();
  response.setHeader("ETag", etag);
  if (request.headers["if-none-match"] === etag) response.writeHead(304).end();
  else
    response.writeHead(200, { "Content-Type": "application/json", "Content-Length": body.length }).end(body);
}

/** An answer without a body. Node adds the `Date` that SDKs look at. */
function answer(response: ServerResponse, status: number): void {
  response.writeHead(status, { "Content-Length": 0 }).end();
}
