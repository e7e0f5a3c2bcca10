import { Agent, type ClientRequest, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** A client whose stream has ended reconnects within this time, at a moment of its own. */
const MAX_BACKOFF_MS = 1_000;
/** The context of requests for results. */
const CONTEXT = JSON.stringify({ kind: "user", key: "rolling" });
const CONTEXT_PATH = `/sdk/evalx/contexts/${Buffer.from(CONTEXT).toString("base64url")}`;

/** Sends one request and resolves when it is answered or has failed. */
type Send = (load: RollingLoad, index: number) => Promise<unknown>;

/** What clients ask in turn: every second request carries an event. */
const REQUESTS: readonly Send[] = [
  (load, index) => load.postEvent(index),
  (load) => load.get("/sdk/latest-all"),
  (load, index) => load.postEvent(index),
  (load) => load.get(CONTEXT_PATH),
  (load, index) => load.postEvent(index),
  (load) => load.report("/sdk/evalx/context", CONTEXT),
];

/** SDKs behind one balancer: streams that reconnect when they end, and requests at a steady pace. */
export class RollingLoad {
  /** Each request that did not get a whole answer with the expected status, and each stream that broke off. */
  readonly failures: string[] = [];
  /** When streams ended in order, by `performance.now()`. */
  readonly endsAtMs: number[] = [];
  /** The keys of the events that were accepted. */
  readonly accepted = new Set<string>();
  /** How many requests were answered as expected. */
  answered = 0;
  /** How many streams are open now. */
  openStreams = 0;
  readonly #name: string;
  readonly #port: number;
  readonly #sdkKey: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 32 });
  readonly #streams = new Set<ClientRequest>();
  readonly #running: Promise<void>[] = [];
  #stopping = false;

  constructor(name: string, port: number, sdkKey: string) {
    this.#name = name;
    this.#port = port;
    this.#sdkKey = sdkKey;
  }

  /** Opens `count` streams and keeps them open until {@link stop}. */
  startStreams(count: number): void {
    for (let started = 0; started < count; started += 1) this.#running.push(this.#keepStream());
  }

  /** Sends requests at this pace until {@link stop}, however long answers take. */
  startRequests(perSecond: number): void {
    this.#running.push(this.#sendSteadily(perSecond));
  }

  /** Ends the streams, and waits for the answers under way. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const stream of this.#streams) stream.destroy();
    await Promise.all(this.#running);
    this.#agent.destroy();
  }

  get(path: string): Promise<boolean> {
    return this.#send("GET", path, 200);
  }

  report(path: string, body: string): Promise<boolean> {
    return this.#send("REPORT", path, 200, body);
  }

  async postEvent(index: number): Promise<void> {
    const key = `${this.#name}-${index}`;
    if (await this.#send("POST", "/bulk", 202, JSON.stringify([{ kind: "custom", key }])))
      this.accepted.add(key);
  }

  async #keepStream(): Promise<void> {
    while (!this.#stopping) {
      await sleep(Math.random() * MAX_BACKOFF_MS);
      await this.#untilStreamEnds().then(
        () => this.endsAtMs.push(performance.now()),
        (error: unknown) => this.#fail("GET /all", error),
      );
    }
  }

  /** Rejects unless the stream begins with 200 and ends in order. */
  #untilStreamEnds(): Promise<void> {
    return new Promise((resolve, reject) => {
      const headers = { Authorization: this.#sdkKey };
      const stream = request({ port: this.#port, path: "/all", headers, agent: false });
      this.#streams.add(stream);
      stream.once("close", () => this.#streams.delete(stream)).once("error", reject);
      stream.once("response", (response) => {
        if (response.statusCode !== 200) reject(new Error(`status ${response.statusCode}`));
        this.openStreams += 1;
        response.once("close", () => {
          this.openStreams -= 1;
          if (response.complete) resolve();
          else reject(new Error("the stream broke off"));
        });
        // An interrupted answer is known by its "close".
        response.on("error", () => undefined).resume();
      });
      stream.end();
    });
  }

  async #sendSteadily(perSecond: number): Promise<void> {
    const startedAtMs = performance.now();
    const underWay = new Set<Promise<unknown>>();
    for (let index = 0; !this.#stopping; index += 1) {
      const sent = this.#sendNext(index).finally(() => underWay.delete(sent));
      underWay.add(sent);
      const aheadMs = startedAtMs + ((index + 1) * 1000) / perSecond - performance.now();
      if (aheadMs > 1) await sleep(aheadMs);
    }
    await Promise.all(underWay);
  }

  async #sendNext(index: number): Promise<void> {
    await REQUESTS[index % REQUESTS.length]?.(this, index);
  }

  /** Whether the answer came whole and with the expected status. */
  async #send(method: string, path: string, expected: number, body?: string): Promise<boolean> {
    const status = await this.#status(method, path, body).catch(String);
    if (status === expected) this.answered += 1;
    else this.#fail(`${method} ${path}`, status);
    return status === expected;
  }

  #status(method: string, path: string, body?: string): Promise<number> {
    return new Promise((resolve, reject) => {
      const headers = {
        Authorization: this.#sdkKey,
        ...(body !== undefined && {
          "Content-Type": "application/json",
          "Content-Length": Buffer.byteLength(body),
          "X-LaunchDarkly-Event-Schema": "4",
        }),
      };
      request({ port: this.#port, path, method, headers, agent: this.#agent }, (response) => {
        response.once("end", () => resolve(response.statusCode ?? 0));
        response.once("error", reject).resume();
      })
        .once("error", reject)
        .end(body);
    });
  }

  #fail(what: string, why: unknown): void {
    if (!this.#stopping)
      this.failures.push(`${new Date().toISOString()} ${what} through ${this.#name}: ${why}`);
  }
}
