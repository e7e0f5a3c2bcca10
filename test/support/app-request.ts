import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { Duplex } from "node:stream";
import type { createApp } from "../../services/edge/app.ts";
import { eventually } from "./eventually.ts";
import type { Answer } from "./http.ts";

/** Keeps what is written to it, and never says anything. */
class RecordingSocket extends Duplex {
  text = "";

  override _read(): void {
    // A client that waits.
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.text += chunk.toString("utf8");
    done();
  }
}

/** What an app answers, of a stream the head: through `app.request()`, or what a handler wrote past that. */
export async function requestApp(
  app: ReturnType<typeof createApp>,
  path: string,
  {
    method = "GET",
    headers = {},
    body,
  }: { method?: string; headers?: Record<string, string>; body?: string },
): Promise<Answer> {
  const incoming = new IncomingMessage(new Socket());
  const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  Object.assign(incoming, { method, url: path, headers: Object.fromEntries(named), complete: true });
  Object.assign(incoming, { httpVersion: "1.1", httpVersionMajor: 1, httpVersionMinor: 1 });
  if (body !== undefined) incoming.push(body);
  incoming.push(null);
  const outgoing = new ServerResponse(incoming);
  const socket = new RecordingSocket();
  outgoing.assignSocket(socket as unknown as Socket);
  const response = await app.request(path, { method, headers }, { incoming, outgoing });
  if (!response.headers.has("x-hono-already-sent"))
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: await response.text(),
    };
  const isStream = () => socket.text.includes("text/event-stream");
  const isWhole = () => socket.text.includes("\r\n\r\n") && (outgoing.writableEnded || isStream());
  await eventually("the answer", isWhole);
  return answerIn(socket.text);
}

function answerIn(text: string): Answer {
  const end = text.indexOf("\r\n\r\n");
  const [first = "", ...lines] = text.slice(0, end).split("\r\n");
  const headers = lines.map((line) => {
    const at = line.indexOf(": ");
    return [line.slice(0, at).toLowerCase(), line.slice(at + 2)];
  });
  return {
    status: Number(first.split(" ")[1]),
    headers: Object.fromEntries(headers),
    body: text.slice(end + 4),
  };
}
