/** The floor: what Node can do without HTTP. A fixed head, then one shared buffer to every socket. */
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { changedFlag, FIRST_EVENT, serveBench } from "./server.ts";

const HEAD =
  "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n" +
  "Cache-Control: no-cache, no-store, must-revalidate\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n";
const chunk = (text: string): Buffer => Buffer.from(`${text.length.toString(16)}\r\n${text}\r\n`);
const HELLO = Buffer.concat([Buffer.from(HEAD), chunk(FIRST_EVENT)]);

const sockets = new Set<Socket>();
function forget(this: Socket): void {
  sockets.delete(this);
}
function answer(this: Socket): void {
  sockets.add(this);
  this.write(HELLO);
}
const server = createServer({ noDelay: true }, (socket) => {
  socket.on("data", answer);
  socket.on("close", forget);
  socket.on("error", forget);
});
server.listen({ port: 0, host: "127.0.0.1", backlog: 8192 });
await once(server, "listening");

let version = 1;
serveBench({
  port: (server.address() as AddressInfo).port,
  change: () => {
    version += 1;
    const frame = chunk(`event: patch\ndata: {"path":"/flags/flag","data":${changedFlag(version)}}\n\n`);
    for (const socket of sockets) socket.write(frame);
  },
});
