import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import type { FastHandler } from "../../../../../services/edge/http/fast-path/fast-path.ts";
import { type Listener, listen } from "../../../../../services/edge/http/listener.ts";
import { Head } from "../../../../../services/edge/http/response/head.ts";
import { NodeResponseWriter } from "../../../../../services/edge/http/response/node-response-writer.ts";
import type { ResponseWriter } from "../../../../../services/edge/http/response/response-writer.ts";
import type { StreamingBody } from "../../../../../services/edge/http/response/streaming-body.ts";
import { eventually } from "../../../../support/eventually.ts";

const HEAD = new Head({ "X-Way": "front" });
const GET = (path: string, ...lines: string[]) =>
  `${[`GET ${path} HTTP/1.1`, "Host: x", ...lines].join("\r\n")}\r\n\r\n`;
const POST = (body: string) =>
  `POST /http HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

/** What is answered through HTTP with more than the kernel takes for a client that does not read. */
const LARGE = "/large";
const LARGE_BYTES = 20_000_000;

/** A listener whose front answers what begins with `/front`, that with `later` when it is told to, and HTTP the rest. */
class Edge implements AsyncDisposable {
  readonly asked: readonly string[];
  readonly waiting: ResponseWriter[];
  readonly streams: readonly (StreamingBody | undefined)[];
  readonly #listener: Listener;
  readonly #sockets: Client[] = [];
  /** What {@link stop} gives to answers under way. */
  graceMs = 60_000;

  private constructor(
    listener: Listener,
    asked: readonly string[],
    waiting: ResponseWriter[],
    streams: readonly (StreamingBody | undefined)[],
  ) {
    this.#listener = listener;
    this.asked = asked;
    this.waiting = waiting;
    this.streams = streams;
  }

  static async start(idleMs = 60_000): Promise<Edge> {
    const asked: string[] = [];
    const waiting: ResponseWriter[] = [];
    const streams: (StreamingBody | undefined)[] = [];
    const fast: FastHandler = ({ url }, reply) => {
      if (!url.startsWith("/front")) return false;
      asked.push(url);
      if (url.includes("stream")) streams.push(reply.stream(HEAD));
      else if (url.includes("later")) waiting.push(reply);
      else reply.send({ status: 200, head: HEAD, body: Buffer.from(url) });
      return true;
    };
    const listener = await listen(
      {
        fast,
        fetch: () => new Response("nobody gets here"),
        direct: (incoming, outgoing) => {
          const { url = "" } = incoming;
          const reply = new NodeResponseWriter(outgoing);
          if (url.startsWith("/http/stream")) return streams.push(reply.stream(HEAD)) > 0;
          if (url.startsWith("/http/later")) return waiting.push(reply) > 0;
          incoming.setEncoding("utf8");
          let body = "";
          incoming.on("data", (chunk: string) => {
            body += chunk;
          });
          incoming.on("end", () => {
            const answer = incoming.url === LARGE ? "z".repeat(LARGE_BYTES) : `${incoming.url}${body}`;
            outgoing.setHeader("X-Way", "http").end(answer);
          });
          return true;
        },
      },
      { port: 0, idleMs },
    );
    return new Edge(listener, asked, waiting, streams);
  }

  async connect(): Promise<Client> {
    const socket = connect({ port: this.#listener.port, host: "127.0.0.1", allowHalfOpen: true });
    await once(socket, "connect");
    const client = new Client(socket);
    this.#sockets.push(client);
    return client;
  }

  answerNext(body = "later"): void {
    this.waiting.shift()?.send({ status: 200, head: HEAD, body: Buffer.from(body) });
  }

  drain(): void {
    this.#listener.drain();
  }

  stop(): Promise<void> {
    return this.#listener.stop(this.graceMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { socket } of this.#sockets) socket.destroy();
    await this.stop();
  }
}

/** A connection, and the answers on it as `way body`. */
class Client {
  readonly socket: Socket;
  text = "";
  ended = false;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding("latin1");
    socket.on("data", (chunk: string) => {
      this.text += chunk;
    });
    socket.on("end", () => {
      this.ended = true;
    });
    socket.on("error", () => {
      this.ended = true;
    });
  }

  send(text: string): void {
    this.socket.write(text);
  }

  get answers(): string[] {
    const found: string[] = [];
    for (let at = 0; ; ) {
      const headEnd = this.text.indexOf("\r\n\r\n", at);
      if (headEnd < 0) return found;
      const head = this.text.slice(at, headEnd);
      expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
      const bodyEnd = headEnd + 4 + Number(/content-length: (\d+)/i.exec(head)?.[1]);
      if (!(bodyEnd <= this.text.length)) return found;
      found.push(`${/x-way: (\w+)/i.exec(head)?.[1]} ${this.text.slice(headEnd + 4, bodyEnd)}`);
      at = bodyEnd;
    }
  }

  async answered(count: number): Promise<string[]> {
    await eventually(`${count} answers`, () => this.answers.length >= count);
    return this.answers;
  }
}

let edge: Edge;
afterEach(() => edge[Symbol.asyncDispose]());
const start = async (idleMs?: number): Promise<Client> => {
  edge = await Edge.start(idleMs);
  return edge.connect();
};

/** A request that the front leaves to HTTP. */
const UNPLAIN = (path: string) => GET(path, "TE: trailers");
const LAST = "\r\nConnection: close\r\n";
const LAST_CHUNK = "\r\n0\r\n\r\n";

describe("a connection", () => {
  it("is answered by the front as long as it asks plainly, and by HTTP from then on", async () => {
    const client = await start();
    const expected: string[] = [];
    for (const [request, answer] of [
      [GET("/front/1"), "front /front/1"],
      [GET("/front/2", "Connection: keep-alive"), "front /front/2"],
      [POST("body"), "http /httpbody"],
      [GET("/front/3"), "http /front/3"],
    ] as const) {
      client.send(request);
      expected.push(answer);
      expect(await client.answered(expected.length)).toEqual(expected);
    }
    expect(client.ended).toBe(false);
  });

  it("belongs to HTTP from its first request, if that is not plain", async () => {
    const client = await start();
    client.send(GET("/other"));
    await client.answered(1);
    client.send(GET("/front"));
    expect(await client.answered(2)).toEqual(["http /other", "http /front"]);
    expect(edge.asked).toEqual([]);
  });

  it("loses nothing, wherever a request is cut into pieces", async () => {
    const whole = GET("/front/cut") + POST("body");
    edge = await Edge.start();
    await Promise.all(
      Array.from({ length: whole.length - 1 }, async (_, cut) => {
        const client = await edge.connect();
        client.socket.setNoDelay(true);
        client.send(whole.slice(0, cut + 1));
        for (let pause = 0; pause < 5; pause++) await turn();
        client.send(whole.slice(cut + 1));
        const [first = "", second] = await client.answered(2);
        expect(first).toMatch(/ \/front\/cut$/);
        expect(second).toBe("http /httpbody");
      }),
    );
  });

  it("may ask twice in one piece", async () => {
    const client = await start();
    client.send(GET("/front/1") + GET("/front/2"));
    expect(await client.answered(2)).toEqual(["http /front/1", "http /front/2"]);
  });
});

describe("what comes while an answer is being made", () => {
  const waiting = async (): Promise<Client> => {
    const client = await start();
    client.send(GET("/front/later"));
    await eventually("the request to wait", () => edge.waiting.length === 1);
    return client;
  };

  it("is answered after it, in order", async () => {
    const client = await waiting();
    client.send(GET("/front/2"));
    for (let pause = 0; pause < 20; pause++) await turn();
    expect(edge.asked).toEqual(["/front/later"]);
    edge.answerNext();
    expect(await client.answered(2)).toEqual(["front later", "front /front/2"]);
    client.send(POST("3"));
    expect((await client.answered(3))[2]).toBe("http /http3");
  });

  it("is HTTP's after it, if it is not plain", async () => {
    const client = await waiting();
    const body = "x".repeat(300_000);
    client.send(POST(body));
    for (let pause = 0; pause < 20; pause++) await turn();
    edge.answerNext();
    expect(await client.answered(2)).toEqual(["front later", `http /http${body}`]);
  });

  it("may be the client's end, which still gets the answer", async () => {
    const client = await waiting();
    client.socket.end();
    for (let pause = 0; pause < 20; pause++) await turn();
    edge.answerNext();
    expect(await client.answered(1)).toEqual(["front later"]);
    await eventually("the end", () => client.ended);
  });

  it("may be another request and the client's end", async () => {
    const client = await waiting();
    client.send(GET("/front/2"));
    client.socket.end();
    for (let pause = 0; pause < 20; pause++) await turn();
    edge.answerNext();
    expect(await client.answered(2)).toEqual(["front later", "front /front/2"]);
    await eventually("the end", () => client.ended);
  });

  it("may be something that is not plain, and the client's end", async () => {
    const client = await waiting();
    client.send(POST("x"));
    client.socket.end();
    for (let pause = 0; pause < 20; pause++) await turn();
    edge.answerNext();
    expect(await client.answered(2)).toEqual(["front later", "http /httpx"]);
    await eventually("the end", () => client.ended);
  });

  it("may be a request for a stream and the client's end, which is the stream's", async () => {
    const client = await waiting();
    client.send(GET("/front/stream"));
    client.socket.end();
    for (let pause = 0; pause < 20; pause++) await turn();
    edge.answerNext();
    await eventually("the end", () => client.ended);
    expect(client.text.endsWith("\r\n\r\n0\r\n\r\n")).toBe(true);
  });

  it("may be a reset, after which nobody is there for an answer", async () => {
    const client = await waiting();
    client.socket.resetAndDestroy();
    const [reply] = edge.waiting;
    await eventually("the reset to be noticed", () => reply?.over);
    edge.answerNext();
    expect((await edge.connect()).ended).toBe(false);
  });
});

describe("a connection ends", () => {
  it("when the client asks for it, after the answer", async () => {
    const client = await start();
    client.send(GET("/front", "Connection: close"));
    await eventually("the end", () => client.ended);
    expect(client.answers).toEqual(["front /front"]);
    expect(client.text).toContain("\r\nConnection: close\r\n");
  });

  it("when the client has sent its last request", async () => {
    const client = await start();
    client.socket.end(GET("/front"));
    await eventually("the end", () => client.ended);
    expect(client.answers).toEqual(["front /front"]);
  });

  it.each([
    ["a plain request", GET("/front"), "front /front"],
    ["a request with a body", POST("x"), "http /httpx"],
    ["a request that is not plain", UNPLAIN("/image"), "http /image"],
  ])("after the answer to %s, when the client has closed its side with that", async (_, request, answer) => {
    const client = await start();
    client.socket.end(request);
    expect(await client.answered(1)).toEqual([answer]);
    await eventually("the end", () => client.ended);
  });

  it.each([
    ["the front", GET("/front/stream")],
    ["HTTP", UNPLAIN("/http/stream")],
  ])("in order when it carries a stream by way of %s, and the client closes its side", async (_, request) => {
    for (const atOnce of [true, false]) {
      const client = await start();
      client.send(request);
      if (!atOnce) await eventually("the stream", () => client.text.includes("200 OK"));
      client.socket.end();
      await eventually("the end", () => client.ended);
      expect(client.text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
      expect(client.text.endsWith(LAST_CHUNK)).toBe(true);
      await edge[Symbol.asyncDispose]();
    }
  });

  it("when the listener stops: at once if it is idle, after the answer if it waits for one", async () => {
    const [idle, waiting, both] = [await start(), await edge.connect(), await edge.connect()];
    idle.send(GET("/front"));
    await idle.answered(1);
    for (const client of [waiting, both]) client.send(GET("/front/later"));
    await eventually("both to wait", () => edge.waiting.length === 2);
    both.send(GET("/front/2"));
    for (let pause = 0; pause < 20; pause++) await turn();
    let stopped = false;
    const stopping = edge.stop().then(() => {
      stopped = true;
    });
    await eventually("the idle one to end", () => idle.ended);
    expect([waiting.ended, stopped]).toEqual([false, false]);
    edge.answerNext();
    edge.answerNext();
    await eventually("the others to end", () => waiting.ended && both.ended);
    expect(waiting.answers).toEqual(["front later"]);
    expect(waiting.text).toContain(LAST);
    // What was asked before the answer is answered, too, and the last answer is the one that says so.
    expect(both.answers).toEqual(["front later", "front /front/2"]);
    expect(both.text.split(LAST)).toHaveLength(2);
    for (const client of [idle, waiting, both]) client.socket.end();
    await stopping;
  });
});

describe("an idle connection", () => {
  const IDLE_MS = 100;
  /** Longer than it takes until an idle connection is closed, in which nothing else happens in this process. */
  const standStill = (): void => {
    for (const end = performance.now() + 1_400; performance.now() < end; );
  };

  it.each([
    ["the front", GET, "front"],
    ["HTTP", UNPLAIN, "http"],
  ])("of %s ends, as it was told, and not under a request that is there", async (_, get, way) => {
    const [idle, busy] = [await start(IDLE_MS), await edge.connect()];
    const path = way === "front" ? "/front" : "/http";
    for (const client of [idle, busy]) client.send(get(path));
    await Promise.all([idle, busy].map((client) => client.answered(1)));
    busy.send(POST("in the kernel, but not read"));
    standStill();
    await eventually("the idle one to end", () => idle.ended);
    expect((await busy.answered(2))[1]).toBe("http /httpin the kernel, but not read");
    expect(busy.ended).toBe(false);
  });

  it("stays for ever, and is told no time, if the time is 0", async () => {
    const client = await start(0);
    client.send(GET("/front"));
    await client.answered(1);
    client.send(UNPLAIN("/http"));
    await client.answered(2);
    expect(client.text).not.toMatch(/keep-alive:/i);
    standStill();
    client.send(UNPLAIN("/http"));
    await client.answered(3);
  });

  it("is not closed while its answer is being made", async () => {
    const client = await start(IDLE_MS);
    client.send(GET("/front/later"));
    await eventually("the request to wait", () => edge.waiting.length === 1);
    standStill();
    for (let pause = 0; pause < 5; pause++) await turn();
    edge.answerNext();
    expect(await client.answered(1)).toEqual(["front later"]);
  });
});

describe("a listener that drains", () => {
  it("goes on as before, but each answer is the last of its connection", async () => {
    const [plain, body, stream] = [await start(), await edge.connect(), await edge.connect()];
    edge.drain();
    const late = await edge.connect();
    plain.send(GET("/front"));
    body.send(POST("x"));
    late.send(UNPLAIN("/late"));
    stream.send(GET("/front/stream"));
    expect(await plain.answered(1)).toEqual(["front /front"]);
    expect(await body.answered(1)).toEqual(["http /httpx"]);
    expect(await late.answered(1)).toEqual(["http /late"]);
    for (const client of [plain, body, late]) {
      expect(client.text).toContain(LAST);
      await eventually("the end", () => client.ended);
    }
    await eventually("the stream", () => stream.text.includes(LAST));
    expect(stream.ended).toBe(false);
    edge.streams[0]?.end();
  });

  it("answers what was asked in one piece, and says with the last answer that it is the last", async () => {
    const client = await start();
    edge.drain();
    client.send(GET("/front/1") + GET("/front/2") + POST("3"));
    expect(await client.answered(3)).toEqual(["http /front/1", "http /front/2", "http /http3"]);
    await eventually("the end", () => client.ended);
    expect(client.text.split(LAST)).toHaveLength(2);
  });

  it("says so with an answer of HTTP that was being made", async () => {
    const client = await start();
    client.send(UNPLAIN("/http/later"));
    await eventually("the request to wait", () => edge.waiting.length === 1);
    edge.drain();
    edge.answerNext();
    await client.answered(1);
    expect(client.text).toContain(LAST);
    await eventually("the end", () => client.ended);
  });

  it("cuts no answer by what the client goes on sending", async () => {
    const client = await start();
    client.send(GET("/front/later"));
    await eventually("the request to wait", () => edge.waiting.length === 1);
    edge.drain();
    client.socket.pause();
    edge.answerNext("z".repeat(1_000_000));
    client.send(GET("/front/2"));
    for (let pause = 0; pause < 20; pause++) await turn();
    client.socket.resume();
    expect((await client.answered(1))[0]).toHaveLength("front ".length + 1_000_000);
  });
});

describe("a large head", () => {
  const CORS = "\r\nAccess-Control-Allow-Origin: *\r\n";

  it("may have a mebibyte, and more than that is refused so that a browser can read it", async () => {
    const client = await start();
    const path = `/${"x".repeat(1024 * 1024)}`;
    client.send(GET(path));
    expect(await client.answered(1)).toEqual([`http ${path}`]);
    client.socket.end();
    const tooLarge = await edge.connect();
    tooLarge.send(GET(`/${"x".repeat(2 * 1024 * 1024)}`));
    await eventually("the end", () => tooLarge.ended);
    expect(tooLarge.text).toMatch(/^HTTP\/1\.1 431 Request Header Fields Too Large\r\n/);
    expect(tooLarge.text).toContain(CORS);
  });

  it("is refused if there are too many of them, complete or not, and nothing else is", async () => {
    const small = await start();
    const clients = await Promise.all(Array.from({ length: 80 }, () => edge.connect()));
    const head = GET(`/http/later/${"x".repeat(1_000_000)}`);
    for (const [index, client] of clients.entries()) client.send(index % 2 ? head : head.slice(0, -2));
    const refused = () => clients.filter(({ text }) => text.startsWith("HTTP/1.1 503 "));
    await eventually("some to be refused", () => refused().length >= 80 - 67);
    small.send(UNPLAIN("/small"));
    expect(await small.answered(1)).toEqual(["http /small"]);
    expect(refused().every(({ text }) => text.includes(CORS) && text.includes("Retry-After: 1"))).toBe(true);
    expect(refused().length).toBeLessThan(40);
    // Room comes back with the answers.
    while (edge.waiting.length > 0) edge.answerNext();
    for (const client of clients) client.socket.destroy();
    const again = await edge.connect();
    again.send(GET(`/${"y".repeat(1_000_000)}`));
    await again.answered(1);
  });

  it.each([
    ["a broken one", "GET / HTTP/1.1\r\nno header\r\n\r\n", /^HTTP\/1\.1 400 Bad Request\r\n/],
    ["none at all", "\x16\x03\x01\x00\xa5\x01", /^HTTP\/1\.1 400 Bad Request\r\n/],
  ])("or %s is answered in a form that browsers may read", async (_, request, answer) => {
    const client = await start();
    client.send(request);
    await eventually("the end", () => client.ended);
    expect(client.text).toMatch(answer);
    expect(client.text).toContain(CORS);
  });
});

describe("a listener that stops", () => {
  it("cuts no answer that is not sent yet, whoever gave it", async () => {
    const viaHttp = await start();
    const viaFront = await edge.connect();
    for (const { socket } of [viaHttp, viaFront]) socket.pause();
    viaHttp.send(GET(LARGE, "TE: trailers"));
    viaFront.send(GET("/front/later"));
    await eventually("the front's request", () => edge.waiting.length === 1);
    edge.answerNext("z".repeat(LARGE_BYTES));
    await eventually("the answer through HTTP to begin", () => viaHttp.socket.bytesRead > 0);
    const stopping = edge.stop();
    for (let pause = 0; pause < 20; pause++) await turn();
    for (const { socket } of [viaHttp, viaFront]) socket.resume();
    expect((await viaHttp.answered(1))[0]).toHaveLength("http ".length + LARGE_BYTES);
    expect((await viaFront.answered(1))[0]).toHaveLength("front ".length + LARGE_BYTES);
    for (const { socket } of [viaHttp, viaFront]) socket.end();
    await stopping;
  });

  it("waits no longer than it is told for clients that do not read, or never say all of their request", async () => {
    const [stuck, silent] = [await start(), await edge.connect()];
    edge.graceMs = 300;
    stuck.socket.pause();
    stuck.send(GET("/front/later"));
    silent.send("GET /x HTTP/1.1\r\nHo");
    await eventually("the front's request", () => edge.waiting.length === 1);
    edge.answerNext("z".repeat(LARGE_BYTES));
    await edge.stop();
  });
});

it("does not read on from a client that does not read", async () => {
  const client = await start();
  client.socket.pause();
  const body = "y".repeat(1_000_000);
  for (let asked = 0; asked < 40; asked++) {
    client.send(GET("/front/later"));
    const got = await eventually("the request, or none", () => edge.waiting.length > 0, {
      timeoutMs: 300,
    }).catch(() => false);
    if (!got) break;
    edge.answerNext(body);
  }
  const taken = edge.asked.length;
  expect(taken).toBeLessThan(40);
  client.socket.resume();
  await client.answered(taken);
  await eventually("the request that had to wait", () => edge.waiting.length === 1);
  edge.answerNext("last");
  expect((await client.answered(taken + 1)).at(-1)).toBe("front last");
});
