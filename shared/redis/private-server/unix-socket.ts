import { createConnection } from "node:net";

/** How long a path of a unix socket may be, in bytes: `sun_path` less the closing zero. */
export const maxSocketPathBytes = process.platform === "linux" ? 107 : 103;

/** A listener that is there but says nothing for this long is busy, or stopped. */
const answerMs = 1000;

/**
 * The first line that the listener at a unix socket says to `question`: empty if it says nothing, `undefined` if
 * nobody listens, because the socket is absent or is the file that a dead process left.
 *
 * Rejects if the socket may not be used.
 */
export function askListener(path: string, question: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    let answer = "";
    const connection = createConnection(path).setEncoding("utf8");
    connection.on("connect", () => {
      // Even writing nothing fails on a connection that the listener has closed, and would cost its answer.
      if (question !== "") connection.write(question);
      connection.setTimeout(answerMs, () => connection.destroy());
    });
    connection.on("data", (chunk) => {
      answer += chunk;
      if (answer.includes("\n")) connection.destroy();
    });
    connection.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT" || error.code === "ECONNREFUSED") resolve(undefined);
      // Breaking off, as a process does that ends, is an answer too: what came until then.
      else if (error.code !== "ECONNRESET" && error.code !== "EPIPE") reject(error);
    });
    connection.on("close", () => resolve(answer.trimEnd()));
  });
}
