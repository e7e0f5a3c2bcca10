import { millisecondsText } from "./milliseconds.ts";
import type { Paint } from "./paint.ts";

/** Where the demo writes to. */
export interface Output {
  write(text: string): unknown;
}

const STEP_WIDTH = 48;
const OUTCOME_WIDTH = 38;
const DURATION_WIDTH = 9;

/** The demo's text for people, line by line; at most 100 columns wide. */
export class Screen {
  readonly paint: Paint;
  readonly #output: Output;

  constructor(output: Output, paint: Paint) {
    this.#output = output;
    this.paint = paint;
  }

  heading(text: string): void {
    this.#output.write(`\n${this.paint("bold", text)}\n`);
  }

  lines(...texts: readonly string[]): void {
    for (const text of texts) this.#output.write(text === "" ? "\n" : `  ${text}\n`);
  }

  /** Says what is being done while it is being done, then, on the same line, what came of it and how long it took. */
  async step<T>(what: string, work: () => Promise<T>, outcome: (result: T) => string): Promise<T> {
    this.#output.write(`  ${`${what}…`.padEnd(STEP_WIDTH)} `);
    const startedAt = performance.now();
    try {
      const result = await work();
      const took = millisecondsText(performance.now() - startedAt).padStart(DURATION_WIDTH);
      this.#output.write(`${outcome(result).padEnd(OUTCOME_WIDTH)} ${this.paint("dim", took)}\n`);
      return result;
    } catch (error) {
      this.#output.write("\n");
      throw error;
    }
  }
}
