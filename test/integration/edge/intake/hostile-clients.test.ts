import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Intake } from "../../../../services/edge/intake/intake.ts";
import { systemClock } from "../../../../shared/base/clock.ts";
import type { SdkKey } from "../../../../shared/model/credentials.ts";
import type { EventPayload } from "../../../../shared/queue/event-payload.ts";
import { environment as plainEnvironment } from "../../../support/environment.ts";
import { HostileClient } from "../../../support/hostile-client.ts";
import { RecordedLog, RecordedMetrics, until } from "../../../support/recorded.ts";

const environment = plainEnvironment("test", {
  name: "Test",
  credentials: { sdkKey: "sdk-0123456789" as SdkKey },
  prefix: "launchdarkly",
});
const MIB = 1024 ** 2;
const BODY_MS = 300;

let server: Server;
let metrics: RecordedMetrics;
const kept: EventPayload[] = [];
const sockets: Socket[] = [];

beforeEach(async () => {
  metrics = new RecordedMetrics();
  const intake = new Intake({
    mode: "keep",
    maxBodyBytes: 10 * MIB,
    maxBodyMs: BODY_MS,
    queues: {
      isFull: () => false,
      isParkedFull: () => false,
      keep: async (_id, payload) => void kept.push(payload),
    },
    logger: new RecordedLog(),
    metrics,
    clock: systemClock,
  });
  server = createServer((incoming, outgoing) => {
    void intake.acceptPost(environment, "server-analytics", { incoming, outgoing });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  kept.splice(0);
  server.close();
  server.closeAllConnections();
});

const port = () => (server.address() as AddressInfo).port;
const refused = (reason: string) => metrics.values.get(`event_payloads_refused_total{Test,${reason}}`) ?? 0;
const honestPost = (body: string | Buffer = "[]") =>
  fetch(`http://127.0.0.1:${port()}/bulk`, { method: "POST", body: Buffer.from(body) });

function hostile(head: string): HostileClient {
  const client = new HostileClient(port(), head);
  sockets.push(client.socket);
  return client;
}

describe("a client whose body does not come to its end", () => {
  it.each(["Content-Length: 1000", "Transfer-Encoding: chunked"])(
    "is answered with 408 and cut, and others do not feel it (%s)",
    async (head) => {
      const chunk = head.startsWith("Transfer") ? "1\r\n[\r\n" : "[";
      const slow = Array.from({ length: 50 }, () => hostile(head).drip(chunk, 20));
      while (!slow.every(({ closed }) => closed)) expect((await honestPost()).status).toBe(202);
      for (const { answer } of slow) {
        expect(answer).toMatch(/^HTTP\/1\.1 408 /);
        expect(answer).toMatch(/\r\nConnection: close\r\n/i);
        expect(answer).toContain('{"message":"body took too long to arrive"}');
      }
      expect(refused("too_slow")).toBe(50);
    },
  );

  it("is answered with 413 and cut when it sends without end", async () => {
    const before = process.memoryUsage.rss();
    const chunk = `10000\r\n${"x".repeat(0x10000)}\r\n`;
    const endless = Array.from({ length: 10 }, () => hostile("Transfer-Encoding: chunked").flood(chunk));
    await until("all are cut", () => endless.every(({ closed }) => closed));
    for (const { answer } of endless) expect(answer).toMatch(/^HTTP\/1\.1 (413|408) /);
    expect(refused("too_large") + refused("too_slow")).toBe(10);
    expect(process.memoryUsage.rss() - before).toBeLessThan(400 * MIB);
    expect((await honestPost()).status).toBe(202);
  });

  it("is forgotten when it goes away", async () => {
    hostile("Content-Length: 1000").socket.end("[");
    await until("its end is noticed", () => refused("broken") === 1);
    expect(kept).toEqual([]);
  });
});

describe("a body of 11 MiB", () => {
  it("is answered with 413 that its client can read, though it sends first and reads then", async () => {
    for (let n = 0; n < 5; n += 1) {
      const response = await honestPost(Buffer.alloc(11 * MIB));
      expect(response.status).toBe(413);
      expect(await response.json()).toEqual({ message: "body is larger than maxInboundPayloadSize" });
    }
    expect(refused("too_large")).toBe(5);
  });

  it("is not even waited for when it is announced", async () => {
    const client = hostile(`Content-Length: ${11 * MIB}`);
    await until("the answer is there", () => client.answer.startsWith("HTTP/1.1 413"));
  });
});

it("takes a body that comes in many pieces as it is", async () => {
  const client = hostile("Content-Length: 11\r\nConnection: close");
  for (const byte of "[1,2,3,4,5]") {
    client.socket.write(byte);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await until("the answer is there", () => client.answer.startsWith("HTTP/1.1 202"));
  expect(kept.map(({ body }) => `${body}`)).toEqual(["[1,2,3,4,5]"]);
});
