import type { Clock } from "./clock.ts";

/** Messages for one reader, which takes them in order and one at a time. */
export class Mailbox<Message> {
  #messages: Message[] = [];
  #waiting: AbortController | undefined;
  #closed = false;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  post(message: Message): void {
    this.#messages.push(message);
    this.#waiting?.abort();
  }

  /** The next message; `undefined` when none came within `timeoutMs`, or the mailbox is closed. */
  async receive(timeoutMs: number): Promise<Message | undefined> {
    if (this.#messages.length === 0 && timeoutMs > 0 && !this.#closed) {
      this.#waiting = new AbortController();
      await this.#clock.sleep(timeoutMs, this.#waiting.signal);
      this.#waiting = undefined;
    }
    return this.#messages.shift();
  }

  /** Ends a wait that is under way, without a message. */
  wake(): void {
    this.#waiting?.abort();
  }

  /** Forgets what has not been received yet, or that part of it. */
  forget(isObsolete: (message: Message) => boolean = () => true): void {
    this.#messages = this.#messages.filter((message) => !isObsolete(message));
  }

  /** Ends the waiting: from now on the reader gets what is there, without delay. */
  close(): void {
    this.#closed = true;
    this.#waiting?.abort();
  }
}
