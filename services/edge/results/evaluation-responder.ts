import { describeError } from "../../../shared/base/errors.ts";
import type { FairQueue } from "../../../shared/base/event-loop/fair-queue.ts";
import type { Logger } from "../../../shared/base/logger.ts";
import type { EvaluationContext } from "../evaluation/context/evaluation-context.ts";
import type { FlagView } from "../evaluation/view.ts";
import { isUnchanged } from "../http/conditional.ts";
import type { Exchange } from "../http/response/early-response.ts";
import { NodeResponseWriter } from "../http/response/node-response-writer.ts";
import type { ResponseWriter } from "../http/response/response-writer.ts";
import { type ClientError, FAILED, NO_DATA, respondError, respondUnread } from "../requests/client-errors.ts";
import type { ContextBodies } from "../requests/context-body.ts";
import {
  contextOf,
  type EvaluationRequest,
  isRefusal,
  mustBeSigned,
} from "../requests/evaluation-request.ts";
import { resultHeads } from "./result-heads.ts";
import type { ResultMetrics, ResultOutcome } from "./result-metrics.ts";
import { type ResultSource, type Results, resultEtag, resultKey } from "./result-source.ts";

/** What the responder works with. */
export interface EvaluationResponderParts {
  readonly bodies: ContextBodies;
  readonly results: ResultSource;
  readonly queue: FairQueue;
  readonly counts: ResultMetrics;
  readonly logger: Logger;
}

/** Where a request has its context: in base64 in its path, or in its body. */
export type ContextSource =
  | { readonly place: "path"; readonly base64: string; readonly response: ResponseWriter }
  | { readonly place: "body"; readonly exchange: Exchange };

/** A request for which nothing has to be waited any more. */
interface PreparedRequest {
  readonly request: EvaluationRequest;
  /** The context as it came: in base64 if that was in the path. */
  readonly written: string;
  readonly response: ResponseWriter;
}

/**
 * Answers those who ask for the results of all flags for a context, past the framework, which would cost as much as the
 * evaluation. There are two steps:
 *
 * 1. *prepare* gets what an answer needs besides the environment's data. It may wait, as for a body; where there is
 *    nothing to wait for, it costs no turn of the event loop.
 * 2. *answer* is synchronous, has its turn in the fair queue, and uses the data of that moment.
 */
export class EvaluationResponder {
  readonly #parts: EvaluationResponderParts;

  constructor(parts: EvaluationResponderParts) {
    this.#parts = parts;
  }

  /** Answers a request, now or later. Never throws. */
  respond(request: Omit<EvaluationRequest, "place">, source: ContextSource): void {
    const prepared = this.#prepare({ ...request, place: source.place }, source);
    if (prepared instanceof Promise) void prepared.then((one) => one && this.#enqueue(one));
    else this.#enqueue(prepared);
  }

  /** Resolves with nothing once it has refused the request. Never rejects. */
  #prepare(
    request: EvaluationRequest,
    source: ContextSource,
  ): PreparedRequest | Promise<PreparedRequest | undefined> {
    if (source.place === "path") return { request, written: source.base64, response: source.response };
    return this.#prepareBody(request, source.exchange);
  }

  async #prepareBody(request: EvaluationRequest, exchange: Exchange): Promise<PreparedRequest | undefined> {
    const body = await this.#parts.bodies.read(exchange.incoming);
    if (typeof body === "string")
      return { request, written: body, response: new NodeResponseWriter(exchange.outgoing) };
    this.#count(request, "refused");
    respondUnread(exchange, body, request.common);
    return undefined;
  }

  #enqueue(one: PreparedRequest): void {
    const { request } = one;
    try {
      const view = request.selected.view(request.sdkKind);
      if (view === undefined) this.#refuse(one, NO_DATA);
      else {
        const key = keyOf(view, one);
        this.#parts.queue.add(key, () => this.#answer(one, view, key));
      }
    } catch (error) {
      this.#fail(one, error);
    }
  }

  /** `view` and `key` are of when the request came; it may have been waiting since. */
  #answer(one: PreparedRequest, view: FlagView, key: string): void {
    const { request, response } = one;
    if (response.over) return;
    try {
      const current = request.selected.view(request.sdkKind) ?? view;
      if (current.tag === view.tag) this.#answerFrom(one, view, key);
      else this.#answerFrom(one, current, keyOf(current, one));
    } catch (error) {
      this.#fail(one, error);
    }
  }

  #answerFrom(one: PreparedRequest, view: FlagView, key: string): void {
    const { request, written } = one;
    const { results } = this.#parts;
    const kept = results.kept(key);
    if (kept !== undefined && !mustBeSigned(request)) return this.#sendKept(one, kept);
    const context = contextOf(request, written);
    if (isRefusal(context)) this.#refuse(one, context);
    else if (kept !== undefined) this.#sendKept(one, kept);
    else this.#evaluate(one, view, key, context);
  }

  #sendKept(one: PreparedRequest, kept: Results): void {
    if (!this.#isSpared(one, kept.etag)) this.#send(one, kept, "kept");
  }

  #evaluate(one: PreparedRequest, view: FlagView, key: string, context: EvaluationContext): void {
    const { results, queue } = this.#parts;
    const etag = resultEtag(key);
    if (this.#isSpared(one, etag)) return;
    const made = results.make(key, etag, view, context, one.request.query.withReasons, queue.awaits(key));
    if (this.#send(one, made, "evaluated")) results.release(made);
  }

  /** Tells a client that has these results already so, and that is all. */
  #isSpared({ request, response }: PreparedRequest, etag: string): boolean {
    if (!isUnchanged(request.ifNoneMatch, etag)) return false;
    this.#count(request, "unchanged");
    response.send({ status: 304, head: resultHeads(request).unchanged, etag });
    return true;
  }

  /** Whether the results have left the process. */
  #send({ request, response }: PreparedRequest, { etag, body }: Results, outcome: ResultOutcome): boolean {
    this.#count(request, outcome);
    return response.send({ status: 200, head: resultHeads(request).ok, etag, body });
  }

  #refuse({ request, response }: PreparedRequest, refusal: ClientError): void {
    this.#count(request, "refused");
    respondError(response, refusal, request.common);
  }

  /** An error that nobody expected costs one answer, not the process. */
  #fail(one: PreparedRequest, error: unknown): void {
    this.#parts.logger.error("cannot evaluate flags, answering 500", {
      event: "evaluation.failed",
      error: describeError(error),
    });
    if (!one.response.over) this.#refuse(one, FAILED);
  }

  #count({ selected, sdkKind }: EvaluationRequest, outcome: ResultOutcome): void {
    this.#parts.counts.count(selected.environment.name, sdkKind, outcome);
  }
}

function keyOf(view: FlagView, { request, written }: PreparedRequest): string {
  return resultKey(view, request.sdkKind, request.query.withReasons, written);
}
