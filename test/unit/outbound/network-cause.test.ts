import { once } from "node:events";
import { createServer } from "node:net";
import { Agent, errors } from "undici";
import { describe, expect, it } from "vitest";
import { networkCause } from "../../../shared/outbound/network-cause.ts";
import { freePort } from "../../../simulator/free-port.ts";

const TARGET = { host: "events.example:443", setting: "[Events] eventsUri", timeoutMs: 10_000 };
const systemError = (code: string, more = {}) =>
  Object.assign(new Error(`connect ${code}`), { code, ...more });

describe("why a request got no answer", () => {
  it.each([
    [
      new errors.ConnectTimeoutError("Connect Timeout Error"),
      "TIMEOUT",
      "no connection to events.example:443 within 10 s",
    ],
    [systemError("ETIMEDOUT"), "TIMEOUT", "no connection to events.example:443 within 10 s"],
    [new errors.HeadersTimeoutError(), "TIMEOUT", "no answer from events.example:443 within 10 s"],
    [new errors.BodyTimeoutError(), "TIMEOUT", "no answer from events.example:443 within 10 s"],
    [
      systemError("ENOTFOUND", { hostname: "evnets.example" }),
      "ENOTFOUND",
      "DNS does not know the host evnets.example",
    ],
    [systemError("EAI_AGAIN"), "EAI_AGAIN", "DNS does not answer for the host events.example:443"],
    [systemError("EHOSTUNREACH"), "EHOSTUNREACH", "there is no route to events.example:443"],
    [
      new errors.SocketError("other side closed"),
      "ECONNRESET",
      "the connection to events.example:443 was cut before an answer came",
    ],
    [
      new TypeError("fetch failed", { cause: systemError("ECONNRESET") }),
      "ECONNRESET",
      "the connection to events.example:443 was cut before an answer came",
    ],
    [
      new AggregateError([systemError("ECONNREFUSED"), systemError("ENETUNREACH")]),
      "ECONNREFUSED",
      "events.example:443 refuses connections",
    ],
    [
      systemError("CERT_HAS_EXPIRED"),
      "TLS",
      "events.example:443 and the relay do not agree on TLS: connect CERT_HAS_EXPIRED",
    ],
    [
      new Error("Proxy response (407) !== 200 when HTTP Tunneling"),
      "PROXY",
      "the proxy does not let the request through: Proxy response (407) !== 200 when HTTP Tunneling",
    ],
    [new Error("something"), "ERROR", "something"],
    [systemError("EMFILE"), "EMFILE", "connect EMFILE"],
  ])("is said in plain words: %s", (error, code, text) => {
    expect(networkCause(error, TARGET)).toMatchObject({ code, text });
  });

  it("names what undici really reports: nobody listens, and nobody answers", async () => {
    const port = await freePort();
    const silent = createServer(() => undefined).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const agent = new Agent({ headersTimeout: 50 });
    const causeAt = async (at: number) => {
      try {
        await agent.request({ origin: `http://127.0.0.1:${at}`, path: "/", method: "POST" });
        return undefined;
      } catch (error) {
        return networkCause(error, { ...TARGET, host: `127.0.0.1:${at}`, timeoutMs: 50 });
      }
    };
    expect(await causeAt(port)).toEqual({
      code: "ECONNREFUSED",
      text: `127.0.0.1:${port} refuses connections`,
      advice: "Nothing listens there: check [Events] eventsUri.",
    });
    const { port: at } = silent.address() as { port: number };
    expect(await causeAt(at)).toMatchObject({
      code: "TIMEOUT",
      text: `no answer from 127.0.0.1:${at} within 0.1 s`,
    });
    await agent.destroy();
    silent.close();
  });
});
