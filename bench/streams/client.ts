/** Many SSE clients in one process, on raw sockets so that they cost little beside the server. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { type ClientReply, type ClientRequest, machineMs, SDK_KEY } from "./protocol.ts";

/** So many connections are being opened at a time. */
const OPENING_AT_ONCE = 200;
/** A stream has the change when it has read this much; nothing else is sent meanwhile. */
const CHANGE_BYTES = 2_000;

const REQUEST =
  "GET /all HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\nCache-Control: no-cache\r\n" +
  `user-agent: NodeJSClient/9.13.7\r\nauthorization: ${SDK_KEY}\r\n` +
  "x-launchdarkly-instance-id: fd1bb553-0efe-4bec-af3a-9ccf4488ba42\r\nConnection: keep-alive\r\n\r\n";

let sockets: Socket[] = [];
/** Bytes that each stream has read since it was armed; -1 before its first event. */
let read = new Int32Array(0);
let arrivals: number[] = [];
let allArrived = Promise.withResolvers<void>();

process.on("message", (request: ClientRequest) => {
  void answer(request);
});

async function answer(request: ClientRequest): Promise<void> {
  switch (request.ask) {
    case "connect":
      await openAll(request.port, request.streams);
      break;
    case "arm":
      read.fill(0);
      arrivals = [];
      allArrived = Promise.withResolvers();
      break;
    case "arrival":
      await allArrived.promise;
      break;
    case "disconnect":
      await Promise.all(sockets.map((socket) => once(socket.destroy(), "close")));
      sockets = [];
      break;
  }
  const reply: ClientReply = {
    middleAtMs: arrivals[Math.floor(arrivals.length / 2)] ?? 0,
    lastAtMs: arrivals.at(-1) ?? 0,
  };
  process.send?.(reply);
}

async function openAll(port: number, streams: number): Promise<void> {
  read = new Int32Array(streams).fill(-1);
  for (let begin = 0; begin < streams; begin += OPENING_AT_ONCE) {
    const some = Array.from({ length: Math.min(OPENING_AT_ONCE, streams - begin) }, (_, n) => begin + n);
    await Promise.all(some.map((index) => open(port, index)));
  }
}

/** Resolves when the first event has come. */
function open(port: number, index: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(REQUEST));
    sockets.push(socket);
    socket.on("error", reject);
    socket.on("data", (chunk) => {
      const before = read[index] ?? 0;
      if (before < 0) {
        if (chunk.includes("event: put")) {
          read[index] = 0;
          resolve();
        }
        return;
      }
      read[index] = before + chunk.length;
      if (before >= CHANGE_BYTES || before + chunk.length < CHANGE_BYTES) return;
      arrivals.push(machineMs());
      if (arrivals.length === sockets.length) allArrived.resolve();
    });
  });
}
