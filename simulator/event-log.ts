import type { IncomingHttpHeaders } from "node:http";
import { gunzipSync } from "node:zlib";

/** What is known of a POST to an events route when it has come in whole. */
export interface ReceivedPost {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** The very bytes, compressed if they were sent so. */
  readonly rawBody: Buffer;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Whether LaunchDarkly took it, even if its answer was lost; otherwise a fault or a wrong key met it. */
  readonly accepted: boolean;
}

/** A POST to an events route. */
export interface EventPost extends ReceivedPost {
  /** Its body as JSON, decompressed if it says that it is compressed. Throws for what is neither. */
  json(): unknown;
}

/** Everything that was sent to the events routes, refused tries included. */
export class EventLog {
  #attempts: EventPost[] = [];

  /** Every POST, in the order in which they came. */
  get attempts(): readonly EventPost[] {
    return this.#attempts;
  }

  /** The POSTs that were taken, repetitions included. */
  get accepted(): readonly EventPost[] {
    return this.#attempts.filter(({ accepted }) => accepted);
  }

  /** What LaunchDarkly counts: every taken POST, but each payload id only once. */
  get counted(): readonly EventPost[] {
    const seen = new Set<string>();
    return this.accepted.filter(({ headers }) => {
      const id = headers["x-launchdarkly-payload-id"];
      if (typeof id !== "string") return true;
      return seen.size < seen.add(id).size;
    });
  }

  /** The counted events of one kind (`custom`, `summary`, `diagnostic-init`...), oldest first. */
  ofKind(kind: string): readonly Readonly<Record<string, unknown>>[] {
    return this.counted
      .flatMap((post) => post.json())
      .filter(isObject)
      .filter((event) => event.kind === kind);
  }

  add(post: ReceivedPost): void {
    this.#attempts.push({ ...post, json: () => decoded(post) });
  }

  clear(): void {
    this.#attempts = [];
  }
}

function decoded({ headers, rawBody }: ReceivedPost): unknown {
  const plain = headers["content-encoding"] === "gzip" ? gunzipSync(rawBody) : rawBody;
  return JSON.parse(plain.toString("utf8"));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
