/** The things that LaunchDarkly is asked for. */
export type RouteFamily = "streams" | "polls" | "events" | "goals";

/** What happens to a request instead of the usual. */
export type Reaction =
  /** That answer. With `keepOpen` the response stays open after its body, as a stream would. */
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
      readonly keepOpen?: boolean;
    }
  /** The connection is destroyed without an answer. */
  | { readonly kind: "cut" }
  /** The request is taken, and nothing ever comes back. */
  | { readonly kind: "silence" }
  /** Events are accepted and recorded, but the connection breaks before the answer; for the others a `cut`. */
  | { readonly kind: "lose answer" };

/** Which requests go wrong, and how. What is left out does not narrow. */
export interface Fault {
  readonly on?: RouteFamily;
  readonly sdkKey?: string;
  readonly path?: string;
  /** Only requests whose bodies, as they come over the wire, have more bytes than that. */
  readonly largerThan?: number;
  /** How many requests it meets before it is over; any number when left out. */
  readonly times?: number;
  /** How long every answer is held back. Without a `reaction` the usual follows, only late. */
  readonly delayMs?: number;
  readonly reaction?: Reaction;
}

/** A request as faults see it; `sdkKey` is its environment's, if it has shown a valid credential. */
export interface FaultyRequest {
  readonly family: RouteFamily;
  readonly sdkKey: string | undefined;
  readonly path: string;
  readonly bytes: number;
}

/** A fault that was set, to see how often it struck and to end it. */
export interface ActiveFault {
  /** How many requests it has met. */
  readonly met: number;
  remove(): void;
}

/** Whether `fault`, having met `met` requests, meets this one too. */
function meets(fault: Fault, met: number, request: FaultyRequest): boolean {
  return (
    (fault.on === undefined || fault.on === request.family) &&
    (fault.sdkKey === undefined || fault.sdkKey === request.sdkKey) &&
    (fault.path === undefined || fault.path === request.path) &&
    (fault.largerThan === undefined || fault.largerThan < request.bytes) &&
    (fault.times === undefined || met < fault.times)
  );
}

/** What is wrong with the simulated LaunchDarkly at the moment. Concerns requests; open streams have verbs of their own. */
export class Faults {
  readonly #active: { readonly fault: Fault; met: number }[] = [];

  /** Lets `fault` meet requests from now on. Of several that would meet a request, the one added last does. */
  add(fault: Fault): ActiveFault {
    const entry = { fault, met: 0 };
    this.#active.unshift(entry);
    return {
      get met() {
        return entry.met;
      },
      remove: () => {
        const at = this.#active.indexOf(entry);
        if (at !== -1) this.#active.splice(at, 1);
      },
    };
  }

  /** Makes everything well again. */
  clear(): void {
    this.#active.length = 0;
  }

  /** The fault that meets this request, which counts as met. */
  meet(request: FaultyRequest): Fault | undefined {
    const entry = this.#active.find(({ fault, met }) => meets(fault, met, request));
    if (entry !== undefined) entry.met += 1;
    return entry?.fault;
  }
}
