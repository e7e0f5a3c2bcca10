import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { BodyReader } from "../../../../services/edge/http/body-reader.ts";
import { until } from "../../../support/recorded.ts";

const KIB = 1024;

let server: Server;
const outcomes: string[] = [];
const sockets: Socket[] = [];

beforeEach(async () => {
  const reader = new BodyReader({ maxBytes: 1000 * KIB, maxMs: 60_000, maxLargeBytes: 500 * KIB });
  server = createServer(async (incoming, outgoing) => {
    const { kind } = await reader.read(incoming);
    outcomes.push(`${incoming.url} ${kind}`);
    outgoing.end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});

afterEach(() => {
  outcomes.splice(0);
  for (const socket of sockets.splice(0)) socket.destroy();
  server.close();
});

/** Sends that much of a body of 1000 KiB. */
async function send(path: string, kib: number): Promise<void> {
  const { port } = server.address() as AddressInfo;
  const socket = connect(port, "127.0.0.1");
  sockets.push(socket);
  socket.on("error", () => undefined);
  await once(socket, "connect");
  await new Promise((sent) =>
    socket.write(
      Buffer.concat([
        Buffer.from(`POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${1000 * KIB}\r\n\r\n`),
        Buffer.alloc(kib * KIB),
      ]),
      sent,
    ),
  );
}

it("cuts the largest body when all that are under way become too much, and no small one", async () => {
  await send("/small", 10);
  await send("/medium", 200);
  await send("/largest", 290);
  await send("/last", 100);
  await until("one is cut", () => outcomes.length > 0);
  expect(outcomes).toEqual(["/largest congested"]);
});
