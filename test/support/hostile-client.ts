import { connect, type Socket } from "node:net";

/** A client that sends a head of its own, and what it is told to write after that, and remembers the answer. */
export class HostileClient {
  readonly socket: Socket;
  #answer = "";
  #closed = false;

  /** `head` is what comes after `POST /bulk` and `Host`. */
  constructor(port: number, head: string) {
    this.socket = connect(port, "127.0.0.1");
    this.socket.on("data", (data) => {
      this.#answer += data;
    });
    this.socket.on("error", () => undefined);
    this.socket.on("close", () => {
      this.#closed = true;
    });
    this.socket.write(`POST /bulk HTTP/1.1\r\nHost: x\r\n${head}\r\n\r\n`);
  }

  /** All that was answered so far. */
  get answer(): string {
    return this.#answer;
  }

  /** Whether the connection is gone. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Writes `bytes` every `everyMs`, for as long as the connection is there. */
  drip(bytes: string, everyMs: number): this {
    const timer = setInterval(() => {
      if (!this.socket.writableNeedDrain) this.socket.write(bytes);
    }, everyMs);
    this.socket.on("close", () => clearInterval(timer));
    return this;
  }

  /** Writes `bytes` as fast as they are taken. */
  flood(bytes: string): this {
    const write = (): void => {
      while (!this.socket.destroyed && this.socket.write(bytes));
    };
    this.socket.on("drain", write);
    write();
    return this;
  }
}
