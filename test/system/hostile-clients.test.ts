import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { HostileClient } from "../support/hostile-client.ts";
import { startRedis, type TestRedis } from "../support/redis.ts";
import { type RelayProcess, startRelay, stopAll } from "../support/relay-process.ts";
import { residentMb } from "../support/resident-memory.ts";

const SDK_KEY = "sdk-honest";
const AUTHORIZATION = `Authorization: ${SDK_KEY}`;
const MIB = 1024 ** 2;
/** A gibibyte of blanks in a mebibyte: gzip allows many archives in a row. */
const BOMB = Buffer.concat(Array(64).fill(gzipSync(Buffer.alloc(16 * MIB, " "))));
/** Far above what all bodies under way may hold together, and far below the 80 GiB that are thrown at it. */
const MOST_MORE_MB = 350;

let redis: TestRedis;
let edge: RelayProcess;
let port: number;

beforeAll(async () => {
  redis = await startRedis();
  edge = await startRelay({
    role: "edge",
    config: (ports) => `
      [Main]
      port = ${ports.port}
      logLevel = warn
      [Events]
      sendEvents = true
      [Redis]
      url = ${redis.url}
      [Admin]
      port = ${ports.adminPort}
      [Environment "Honest"]
      sdkKey = ${SDK_KEY}`,
  });
  port = Number(new URL(edge.url).port);
  // It has no flags here, for which readiness would wait.
  await eventually("the edge to serve", async () => (await fetch(`${edge.url}/status`)).ok);
});

afterAll(async () => {
  await edge.stop();
  await redis[Symbol.asyncDispose]();
  await stopAll();
});

const post = (body: string | Buffer, headers: Readonly<Record<string, string>> = {}) =>
  fetch(`${edge.url}/bulk`, {
    method: "POST",
    headers: { authorization: SDK_KEY, ...headers },
    body: Buffer.from(body),
    signal: AbortSignal.timeout(10_000),
  });

/** A well-behaved SDK, and an eye on the edge's memory, for as long as hostile ones are there. */
class Witness implements AsyncDisposable {
  readonly statuses = new Map<number, number>();
  mostMb = 0;
  #over = false;
  readonly #watching: Promise<void>;

  constructor() {
    this.#watching = this.#watch();
  }

  async #watch(): Promise<void> {
    while (!this.#over) {
      const { status } = await post('[{"kind":"custom","key":"honest"}]');
      this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
      this.mostMb = Math.max(this.mostMb, residentMb(edge.pid));
      await sleep(10);
    }
  }

  /** Rejects if a post was not answered in time. */
  async end(): Promise<void> {
    this.#over = true;
    await this.#watching;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.end();
  }
}

function answers(count: number, send: () => Promise<Response>): Promise<[number, unknown][]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const answer = await send();
      return [answer.status, await answer.json()];
    }),
  );
}

/** Those who send their bodies too slowly to ever end. */
function slowClients(count: number): HostileClient[] {
  const tooSlow = (length: string, piece: string) =>
    Array.from({ length: count / 2 }, () =>
      new HostileClient(port, `${AUTHORIZATION}\r\n${length}`).drip(piece, 1000),
    );
  return [...tooSlow("Content-Length: 1000", "["), ...tooSlow("Transfer-Encoding: chunked", "1\r\n[\r\n")];
}

/** Those who send at full speed, and never end. */
function endlessClients(count: number): HostileClient[] {
  const chunk = `10000\r\n${"x".repeat(0x10000)}\r\n`;
  const head = `${AUTHORIZATION}\r\nTransfer-Encoding: chunked`;
  return Array.from({ length: count }, () => new HostileClient(port, head).flood(chunk));
}

const allClosed = (clients: readonly HostileClient[]) => clients.every(({ closed }) => closed);

/** How many payloads the edge says that it refused for this reason. */
async function refused(reason: string): Promise<number> {
  const text = await (await fetch(`${edge.adminUrl}/metrics`)).text();
  return Number(new RegExp(`event_payloads_refused_total{[^}]*reason="${reason}"} (\\d+)`).exec(text)?.[1]);
}

describe("an edge whose clients are hostile", () => {
  it("refuses each as it deserves, does not grow, and serves the others", async () => {
    for (let n = 0; n < 200; n += 1) expect((await post("[]")).status).toBe(202);
    const beforeMb = residentMb(edge.pid);
    await using witness = new Witness();

    const slow = slowClients(100);
    for (let wave = 0; wave < 4; wave += 1) {
      const endless = endlessClients(5);
      const [bombs, large] = await Promise.all([
        answers(20, () => post(BOMB, { "content-encoding": "gzip" })),
        answers(5, () => post(Buffer.alloc(11 * MIB))),
        eventually("those without end to be cut", () => allClosed(endless)),
      ]);
      const [inflated, sent] = ["decompressed body", "body"].map((what) => [
        413,
        { message: `${what} is larger than maxInboundPayloadSize` },
      ]);
      expect(bombs).toEqual(Array(20).fill(inflated));
      expect(large).toEqual(Array(5).fill(sent));
      for (const { answer } of endless) expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    }
    // The one thing that takes its time: a client has a minute for its body.
    await eventually("the slow ones to be cut", () => allClosed(slow), { timeoutMs: 90_000, everyMs: 200 });
    for (const { answer } of slow)
      expect(answer).toMatch(/^HTTP\/1\.1 408 [\s\S]*body took too long to arrive/);

    await witness.end();
    expect([...witness.statuses.keys()]).toEqual([202]);
    expect(witness.mostMb - beforeMb).toBeLessThan(MOST_MORE_MB);
    expect(await refused("too_slow")).toBe(100);
    expect(await refused("too_large")).toBe(4 * (5 + 5));
    expect(await refused("too_large_inflated")).toBe(4 * 20);
  });
});
