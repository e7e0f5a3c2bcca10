import { once } from "node:events";
import { connect } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { type Listener, listen } from "../../../../services/edge/http/listener.ts";

const handlers = {
  fast: () => false,
  direct: () => false,
  fetch: () => new Response("here"),
};
async function open(host: string | undefined): Promise<Listener> {
  const listener = await listen(handlers, { host, port: 0, idleMs: 1000 });
  onTestFinished(() => listener.stop(0));
  return listener;
}
async function answers(address: string, port: number): Promise<boolean> {
  const socket = connect(port, address);
  const settled = await Promise.race([once(socket, "connect"), once(socket, "error")]).catch(() => [
    new Error(),
  ]);
  socket.destroy();
  return settled.length === 0;
}

it("is open at its host alone", async () => {
  const { port } = await open("127.0.0.1");
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe("here");
  expect(await answers("127.0.0.2", port)).toBe(false);
});

it("is open at an IPv6 address alone", async () => {
  const { port } = await open("::1");
  expect(await (await fetch(`http://[::1]:${port}/`)).text()).toBe("here");
  expect(await answers("127.0.0.1", port)).toBe(false);
});

it("is open at every address without a host, IPv4 and IPv6", async () => {
  const { port } = await open(undefined);
  for (const address of ["127.0.0.1", "127.0.0.2", "::1"]) expect(await answers(address, port)).toBe(true);
});

it("says that its host is no address of this machine", async () => {
  await expect(open("192.0.2.1")).rejects.toThrow("[Main] host 192.0.2.1: it is no address of this machine");
});
