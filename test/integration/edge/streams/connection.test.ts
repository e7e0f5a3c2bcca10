import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { NodeResponseWriter } from "../../../../services/edge/http/response/node-response-writer.ts";
import { Connection } from "../../../../services/edge/streams/connection.ts";
import { Frame } from "../../../../services/edge/streams/frame.ts";
import { RawClient } from "./raw-client.ts";
import { until } from "./until.ts";

const server = createServer();
afterEach(() => server.close());

it("a connection that was ended or cut takes frames silently, and is reported closed once", async () => {
  const errors: unknown[] = [];
  let closed = 0;
  const owner = {
    drained: () => undefined,
    closed: () => {
      closed += 1;
    },
  };
  const frame = new Frame("data: late\n\n");
  server.on("request", (request, outgoing) => {
    request.socket.on("error", (error) => errors.push(error));
    const connection = Connection.open(new NodeResponseWriter(outgoing), {}, owner, undefined);
    connection?.send(new Frame("data: first\n\n"));
    connection?.end();
    connection?.send(frame);
    connection?.end();
    outgoing.on("close", () => {
      connection?.send(frame);
      connection?.end();
      connection?.cut();
    });
  });
  server.listen({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
  const client = await RawClient.connect((server.address() as AddressInfo).port, "GET / HTTP/1.1");
  await until("the end", () => client.closed && closed > 0);
  expect(client.text().endsWith("\r\n\r\nd\r\ndata: first\n\n\r\n0\r\n\r\n")).toBe(true);
  expect(errors).toEqual([]);
  expect(closed).toBe(1);
});
