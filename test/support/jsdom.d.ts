/**
 * As much of jsdom as the tests use. Its published types bring the whole DOM into every file that knows vitest, and
 * the DOM's streams are not Node's.
 */
declare module "jsdom" {
  interface Settings {
    /** The address of the page, whose origin XMLHttpRequest shows and is held to. */
    readonly url: string;
    readonly runScripts: "outside-only";
    readonly virtualConsole: VirtualConsole;
  }

  /** Where a page's `console` and its errors go; nowhere unless somebody listens. */
  export class VirtualConsole {}

  export class JSDOM {
    constructor(html: string, settings: Settings);
    readonly window: Record<string, unknown> & {
      eval(script: string): unknown;
      /** Ends timers and requests. */
      close(): void;
    };
  }
}
