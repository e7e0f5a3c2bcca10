import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from "node:http";
import { connect } from "node:net";
import { buffer } from "node:stream/consumers";
import { withDeadline } from "../../shared/base/deadline.ts";

const DEADLINE_MS = 10_000;

/** What to ask for, besides the path. */
export interface Question {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Buffer;
}

/** A whole answer. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/**
 * One request on a connection of its own, and its whole answer. Unlike `fetch`, it sends path, method and headers
 * exactly as given and follows nothing.
 */
export function ask(baseUrl: string, path: string, question: Question = {}): Promise<Answer> {
  const { hostname, port } = new URL(baseUrl);
  const { method = "GET", headers = {}, body } = question;
  const answer = new Promise<Answer>((resolve, reject) => {
    const asked = request({ hostname, port, path, method, headers, agent: false });
    asked.once("error", reject);
    asked.once("response", (response) => {
      buffer(response).then(
        (bytes) =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: bytes.toString() }),
        reject,
      );
    });
    asked.end(body);
  });
  return withDeadline(answer, DEADLINE_MS, `the answer to ${method} ${path.slice(0, 80)}`);
}

/** Sends `text` as it is, and resolves with what comes back up to where `isEnough` or the connection ends. */
export function askRaw(
  baseUrl: string,
  text: string,
  isEnough: (received: string) => boolean,
): Promise<string> {
  const { hostname, port } = new URL(baseUrl);
  const socket = connect(Number(port), hostname);
  const received = new Promise<string>((resolve, reject) => {
    let soFar = "";
    socket.setEncoding("utf8").on("data", (chunk: string) => {
      soFar += chunk;
      if (isEnough(soFar)) socket.destroy();
    });
    socket.once("error", reject);
    socket.once("close", () => resolve(soFar));
    socket.write(text);
  });
  return withDeadline(received, DEADLINE_MS, "the answer to a raw request").finally(() => socket.destroy());
}
