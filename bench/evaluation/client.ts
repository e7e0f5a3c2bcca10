/**
 * SDKs in browsers that ask for their flags, on raw sockets so that they cost little beside the server. Anything but 200
 * with flags in it ends the process, and with it the benchmark.
 */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { benchContext } from "./flags.ts";
import { type ClientReply, type ClientRequest, type Contexts, ENVIRONMENT_ID } from "./protocol.ts";

const RETURNING = 500;

let connections: Connection[] = [];
let serial = 0;

process.on("message", (request: ClientRequest) => {
  void answer(request);
});

async function answer(request: ClientRequest): Promise<void> {
  let answered = 0;
  switch (request.ask) {
    case "connect":
      connections = await Promise.all(Array.from({ length: request.connections }, () => open(request.port)));
      break;
    case "load": {
      const until = performance.now() + request.forMs;
      await Promise.all(
        connections.map(async (connection) => {
          while (performance.now() < until) {
            await connection.ask(nextContext(request.contexts));
            answered += 1;
          }
        }),
      );
      break;
    }
    case "burst":
      await Promise.all(connections.map((connection) => connection.ask(nextContext("distinct"))));
      answered = connections.length;
      break;
  }
  const reply: ClientReply = { answered };
  process.send?.(reply);
}

function nextContext(contexts: Contexts): string {
  serial += 1;
  return benchContext(contexts === "distinct" ? RETURNING + serial : serial % RETURNING);
}

async function open(port: number): Promise<Connection> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  await once(socket, "connect");
  return new Connection(socket);
}

class Connection {
  readonly #socket: Socket;
  #missingBytes = 0;
  #answered: () => void = () => undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk) => this.#read(chunk));
    socket.on("error", () => fail("the connection broke"));
    socket.on("close", () => fail("the connection was closed"));
  }

  ask(context: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#answered = resolve;
    const path = `/sdk/evalx/${ENVIRONMENT_ID}/contexts/${Buffer.from(context).toString("base64url")}`;
    this.#socket.write(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: https://shop.example\r\n` +
        "X-LaunchDarkly-User-Agent: JSClient/4.10.3\r\nAccept: */*\r\nConnection: keep-alive\r\n\r\n",
    );
    return promise;
  }

  #read(chunk: Buffer): void {
    this.#missingBytes = (this.#missingBytes || lengthOfAnswer(chunk)) - chunk.length;
    if (this.#missingBytes === 0) this.#answered();
    if (this.#missingBytes < 0) fail("an answer was longer than it said");
  }
}

/** Of the head, which comes in one piece, and the body. */
function lengthOfAnswer(chunk: Buffer): number {
  const end = chunk.indexOf("\r\n\r\n");
  const head = chunk.toString("latin1", 0, end);
  const length = /content-length: (\d+)/i.exec(head)?.[1];
  if (!head.startsWith("HTTP/1.1 200") || length === undefined || Number(length) < 1000)
    fail(`an answer was not what it should be: ${head.split("\r\n", 1)[0]}`);
  return end + 4 + Number(length);
}

function fail(why: string): never {
  console.error(why);
  process.exit(1);
}
