import { afterEach, describe, expect, it } from "vitest";
import { type Change, type FlagData, type ItemKind, parseItem } from "../../../../shared/model/item.ts";
import { tombstone } from "../../../../shared/model/tombstone.ts";
import { StreamServer, type StreamServerOptions, WAYS } from "./stream-server.ts";
import { until } from "./until.ts";

const change = (kind: ItemKind, key: string, version: number): Change => ({
  kind,
  key,
  item: parseItem(`{"version":${version}}`),
});
const data: FlagData = {
  flags: new Map([["a", parseItem('{"version":1}')]]),
  segments: new Map([["s", parseItem('{"version":1}')]]),
};
const HEAD =
  "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n" +
  "Cache-Control: no-cache, no-store, must-revalidate\r\nAccess-Control-Allow-Origin: *\r\nX-Accel-Buffering: no\r\n";
const PUT =
  'event: put\ndata: {"path":"/","data":{"flags":{"a":{"version":1}},"segments":{"s":{"version":1}}}}\n\n';
const OLD_PUT = 'event: put\ndata: {"a":{"version":1}}\n\n';
const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;

let server: StreamServer;
const start = async (options: StreamServerOptions = {}): Promise<void> => {
  server = await StreamServer.start({ data, ...options });
};
afterEach(() => server.stop());

describe.each(WAYS)("a stream on the wire, from %s", (way) => {
  it("is the head, then a put of all data in one chunk", async () => {
    await start({ way });
    const client = await server.client("GET /all HTTP/1.1");
    const expected = `${HEAD}X-Ld-Envid: env-1\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n${chunk(PUT)}`;
    await until("the put", () => client.text().length >= expected.length);
    expect(client.text()).toBe(expected);
  });

  it("tells changes made together in one chunk, and a delete by its version", async () => {
    await start({ way });
    const client = await server.client("GET /all HTTP/1.1");
    await client.untilEvents(1);
    const before = client.text().length;
    server.change([change("flags", "a", 2), { kind: "segments", key: "s", item: tombstone("segments", 2) }]);
    await client.untilEvents(3);
    expect(client.text().slice(before)).toBe(
      chunk(
        'event: patch\ndata: {"path":"/flags/a","data":{"version":2}}\n\n' +
          'event: delete\ndata: {"path":"/segments/s","version":2}\n\n',
      ),
    );
  });

  it("tells everything anew when a change is not above what clients know", async () => {
    await start({ way });
    const client = await server.client("GET /all HTTP/1.1");
    await client.untilEvents(1);
    server.change([change("flags", "a", 1), change("flags", "b", 1)], false);
    await client.untilEvents(2);
    expect(client.events()[1]).toEqual({
      event: "put",
      data: '{"path":"/","data":{"flags":{"a":{"version":1},"b":{"version":1}},"segments":{"s":{"version":1}}}}',
    });
  });

  it("of the old kind knows flags only, and sends no byte for a segment", async () => {
    await start({ way });
    const client = await server.client("GET /flags HTTP/1.1");
    const witness = await server.client("GET /all HTTP/1.1");
    await client.untilEvents(1);
    await witness.untilEvents(1);
    server.change([change("segments", "s", 2)]);
    await witness.untilEvents(2);
    server.change([change("flags", "a", 2)]);
    await client.untilEvents(2);
    expect(client.body()).toBe(`${OLD_PUT}event: patch\ndata: {"path":"/a","data":{"version":2}}\n\n`);
    const late = await server.client("GET /all HTTP/1.1");
    await late.untilEvents(1);
    expect(late.events()[0]?.data).toContain('"s":{"version":2}');
  });

  it("has no chunks for an HTTP/1.0 client, and ends with its connection", async () => {
    await start({ way });
    const client = await server.client("GET /all HTTP/1.0");
    const head = `${HEAD}X-Ld-Envid: env-1\r\nConnection: close\r\n\r\n`;
    await until("the put", () => client.text().endsWith("\n\n"));
    server.change([change("flags", "a", 2)]);
    await until("the patch", () => client.text().includes("patch"));
    await server.hub.close(0);
    await until("the end", () => client.ended);
    expect(client.text()).toBe(
      `${head}${PUT}event: patch\ndata: {"path":"/flags/a","data":{"version":2}}\n\n`,
    );
  });
});

describe("a request that gets no stream", () => {
  it("with HEAD gets the head alone, and the connection goes on", async () => {
    await start();
    const client = await server.client("HEAD /all HTTP/1.1");
    await until("the head", () => client.text().endsWith("\r\n\r\n"));
    client.send("GET /flags HTTP/1.1");
    await until("the old stream", () => client.text().endsWith(chunk(OLD_PUT)));
    expect(client.text().match(/HTTP\/1.1 200 OK/g)).toHaveLength(2);
    expect(server.open.all).toBeUndefined();
  });

  it("behind an unfinished answer on the same connection is refused, because frames would not find their place", async () => {
    const gate = Promise.withResolvers<void>();
    await start({
      routes: (app) =>
        app.get("/slow", async (c) => {
          await gate.promise;
          return c.text("slow");
        }),
    });
    const client = await server.client("GET /slow HTTP/1.1");
    client.send("GET /all HTTP/1.1");
    const witness = await server.client("GET /all HTTP/1.1");
    await witness.untilEvents(1);
    gate.resolve();
    await until("both answers", () => client.text().includes("503"));
    expect(client.text()).toMatch(/^HTTP\/1.1 200 OK[\s\S]*slowHTTP\/1.1 503 Service Unavailable/);
    expect(server.open.all).toBe(1);
  });

  it("from a client that has gone is forgotten", async () => {
    const gate = Promise.withResolvers<void>();
    let arrived = false;
    await start({
      routes: (app) =>
        app.use("/all", async (c, next) => {
          arrived = true;
          c.env.outgoing.once("close", () => gate.resolve());
          await gate.promise;
          await next();
        }),
    });
    const client = await server.client("GET /all HTTP/1.1");
    await until("the request", () => arrived);
    client.abort();
    await gate.promise;
    const witness = await server.client("GET /flags HTTP/1.1");
    await witness.untilEvents(1);
    expect(server.open.all).toBeUndefined();
  });
});

describe("a stream that the app meddles with", () => {
  it("is not harmed by a middleware that sets a header afterwards", async () => {
    await start({
      routes: (app) =>
        app.use("/all", async (c, next) => {
          await next();
          c.header("Access-Control-Allow-Origin", "https://example.com");
        }),
    });
    const client = await server.client("GET /all HTTP/1.1");
    await client.untilEvents(1);
    server.change([change("flags", "a", 2)]);
    await client.untilEvents(2);
    expect(client.body().startsWith(PUT)).toBe(true);
  });

  it("is not harmed by an error that is thrown afterwards", async () => {
    await start({
      routes: (app) => {
        app.onError((_, c) => c.text("sorry", 500));
        app.use("/all", async (_, next) => {
          await next();
          throw new Error("a hook of the app failed");
        });
      },
    });
    const client = await server.client("GET /all HTTP/1.1");
    await client.untilEvents(1);
    server.change([change("flags", "a", 2)]);
    await client.untilEvents(2);
    expect(client.text()).not.toContain("sorry");
  });
});
