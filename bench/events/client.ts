/**
 * SDKs that post events, on raw sockets so that they cost little beside the server: each connection is kept alive
 * and has one request under way. Anything but 202 ends the process, and with it the benchmark.
 */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { type ClientReply, type ClientRequest, SDK_KEY } from "./protocol.ts";

const SERIAL_DIGITS = 12;
const ID = "fd1bb553-0efe-4bec-af3a-000000000000";
const ID_HEADER = "x-launchdarkly-payload-id: ";

let connections: Connection[] = [];
let serial = 0;

process.on("message", (request: ClientRequest) => {
  void answer(request);
});

async function answer(request: ClientRequest): Promise<void> {
  const begin = performance.now();
  let acknowledged = 0;
  switch (request.ask) {
    case "connect": {
      const head = requestOf(bodyOf(request.bodyBytes));
      const opening = Array.from({ length: request.connections }, () =>
        open(request.port, Buffer.from(head)),
      );
      connections = await Promise.all(opening);
      break;
    }
    case "post": {
      const counts = await Promise.all(
        connections.map((connection) => connection.postUntil(begin + request.forMs)),
      );
      acknowledged = counts.reduce((sum, count) => sum + count, 0);
      break;
    }
  }
  const reply: ClientReply = { acknowledged, elapsedMs: performance.now() - begin };
  process.send?.(reply);
}

async function open(port: number, request: Buffer): Promise<Connection> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  await once(socket, "connect");
  return new Connection(socket, request);
}

class Connection {
  readonly #socket: Socket;
  readonly #request: Buffer;
  readonly #serialAt: number;
  #answer = "";
  #acknowledged = 0;
  #untilMs = 0;
  #done = Promise.withResolvers<number>();

  constructor(socket: Socket, request: Buffer) {
    this.#socket = socket;
    this.#request = request;
    this.#serialAt = request.indexOf(ID_HEADER) + ID_HEADER.length + ID.length - SERIAL_DIGITS;
    socket.on("data", (chunk) => this.#read(chunk.toString("latin1")));
    socket.on("error", () => this.#fail());
    socket.on("close", () => this.#fail());
  }

  /** How many posts were acknowledged. */
  postUntil(untilMs: number): Promise<number> {
    this.#untilMs = untilMs;
    this.#acknowledged = 0;
    this.#done = Promise.withResolvers();
    this.#post();
    return this.#done.promise;
  }

  #read(chunk: string): void {
    this.#answer += chunk;
    if (!isWhole(this.#answer)) return;
    if (!this.#answer.startsWith("HTTP/1.1 202")) this.#fail();
    this.#answer = "";
    this.#acknowledged += 1;
    if (performance.now() < this.#untilMs) this.#post();
    else this.#done.resolve(this.#acknowledged);
  }

  /** Every payload has an id of its own, which is all that changes. */
  #post(): void {
    serial += 1;
    this.#request.write(String(serial).padStart(SERIAL_DIGITS, "0"), this.#serialAt, "latin1");
    this.#socket.write(this.#request);
  }

  #fail(): never {
    console.error(`a request was not accepted: ${this.#answer.split("\r\n", 1)[0]}`);
    process.exit(1);
  }
}

/** Events as an SDK sends them, of just this length. */
function bodyOf(bytes: number): string {
  const event =
    '{"kind":"custom","creationDate":1700000000000,"key":"k","contextKeys":{"user":"u"},"data":""}';
  return `[${event.replace('""', `"${"x".repeat(bytes - event.length - 2)}"`)}]`;
}

/** The headers are those of the Node SDK. */
function requestOf(body: string): Buffer {
  return Buffer.from(
    `POST /bulk HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: ${SDK_KEY}\r\ncontent-type: application/json\r\n` +
      `user-agent: NodeJSClient/9.13.7\r\nx-launchdarkly-event-schema: 4\r\n${ID_HEADER}${ID}\r\n` +
      "x-launchdarkly-instance-id: fd1bb553-0efe-4bec-af3a-9ccf4488ba42\r\nconnection: keep-alive\r\n" +
      `content-length: ${body.length}\r\n\r\n${body}`,
    "latin1",
  );
}

/** 202 has no body; if that is sent in chunks, there is only the one that ends it. */
function isWhole(answer: string): boolean {
  return answer.endsWith(/transfer-encoding: chunked/i.test(answer) ? "\r\n\r\n0\r\n\r\n" : "\r\n\r\n");
}
