import { webcrypto } from "node:crypto";
import { readFileSync } from "node:fs";
import { EventSource } from "eventsource";
import { JSDOM, VirtualConsole } from "jsdom";

/** What a page sees of an answer; `undefined` headers are those that the server does not expose. */
export interface PageAnswer {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
}

/** A page in a browser, of jsdom: what it asks of other origins needs their leave (CORS). */
export class BrowserPage implements Disposable {
  readonly #window: JSDOM["window"];
  readonly #streams = new Set<EventSource>();

  /** Opens an empty page of `origin`. */
  constructor(origin: string) {
    const virtualConsole = new VirtualConsole();
    const { window } = new JSDOM("", { url: `${origin}/`, runScripts: "outside-only", virtualConsole });
    window.eval(FETCH);
    // jsdom's own cannot hash.
    Object.defineProperty(window, "crypto", { value: webcrypto });
    Object.assign(window, { TextEncoder, Response, EventSource: this.#eventSources(origin) });
    this.#window = window;
  }

  /** Loads a CommonJS file as a script of the page, and gives what it exports. */
  load(file: string): unknown {
    return this.#window.eval(`(() => { const exports = {}; const module = { exports };
      ${readFileSync(file, "utf8")}
      ; return module.exports; })()`);
  }

  /** Sends a POST of JSON; rejects if CORS forbids it. */
  async post(url: string, body: string, headers: Readonly<Record<string, string>> = {}): Promise<PageAnswer> {
    const fetch = this.#window.fetch as typeof globalThis.fetch;
    const response = await fetch(url, {
      method: "POST",
      body,
      headers: { "Content-Type": "application/json", ...headers },
    });
    return { status: response.status, header: (name) => response.headers.get(name) ?? undefined };
  }

  [Symbol.dispose](): void {
    for (const stream of this.#streams) stream.close();
    this.#window.close();
  }

  /** jsdom has none: this one shows the page's origin, and is held to what the answer says about it. */
  #eventSources(origin: string): typeof EventSource {
    const streams = this.#streams;
    return class extends EventSource {
      constructor(url: string | URL) {
        super(url, {
          fetch: async (address, init) => {
            const response = await fetch(address, { ...init, headers: { ...init.headers, Origin: origin } });
            const allowed = response.headers.get("access-control-allow-origin");
            if (allowed === "*" || allowed === origin) return response;
            await response.body?.cancel();
            throw new TypeError("Failed to fetch");
          },
        });
        streams.add(this);
      }
    };
  }
}

/** jsdom has no `fetch`: this one is as much as SDKs need, over the XMLHttpRequest that obeys CORS. */
const FETCH = `window.fetch = (url, { method = "GET", headers = {}, body } = {}) =>
  new Promise((resolve, reject) => {
    const asked = new XMLHttpRequest();
    asked.open(method, url);
    for (const [name, value] of Object.entries(headers)) asked.setRequestHeader(name, value);
    asked.onerror = () => reject(new TypeError("Failed to fetch"));
    asked.onload = () => {
      const lines = asked.getAllResponseHeaders().trim().split("\\r\\n").filter(Boolean);
      const answered = lines.map((line) => line.split(/: (.*)/s).slice(0, 2));
      resolve(new Response(asked.responseText || null, { status: asked.status, headers: answered }));
    };
    asked.send(body);
  });`;
