import type { ServerResponse } from "node:http";
import { describeError } from "../../../shared/base/errors.ts";
import type { Logger } from "../../../shared/base/logger.ts";
import type { FlagView } from "../evaluation/view.ts";
import type { Exchange } from "../last-word.ts";
import type { AnswerLine } from "../results/answer-line.ts";
import type { Outcome, ResultCounts } from "../results/result-counts.ts";
import { type ResultSource, type Results, resultEtag, resultKey } from "../results/results.ts";
import { type ClientRefusal, FAILED, NO_DATA, NOT_BASE64, refuse, refuseUnread } from "./client-refusal.ts";
import { isUnchanged } from "./conditional.ts";
import type { ContextBodies } from "./context-bodies.ts";
import { contextText } from "./context-text.ts";
import { contextOf, isRefusal, mustBeSigned, type Question } from "./question.ts";
import { resultHeads } from "./result-heads.ts";

/** What the desk works with. */
export interface DeskParts {
  readonly bodies: ContextBodies;
  readonly results: ResultSource;
  readonly line: AnswerLine;
  readonly counts: ResultCounts;
  readonly logger: Logger;
}

/** One request, its context as text; `undefined` if the path does not hold any. */
interface Case {
  readonly question: Question;
  readonly text: string | undefined;
  readonly outgoing: ServerResponse;
}

/**
 * Answers those who ask for the results of all flags for a context, with Node's own request and response: the
 * framework's would cost as much as the evaluation. Never throws or rejects.
 */
export class EvaluationDesk {
  readonly #parts: DeskParts;

  constructor(parts: DeskParts) {
    this.#parts = parts;
  }

  /** For a context in the path, in base64. */
  answerPath(question: Question, base64: string, outgoing: ServerResponse): void {
    this.#answer({ question, text: contextText(base64), outgoing });
  }

  /** For a context in the body. */
  async answerBody(question: Question, exchange: Exchange): Promise<void> {
    const { outgoing } = exchange;
    const text = await this.#parts.bodies.read(exchange.incoming);
    if (typeof text === "string") this.#answer({ question, text, outgoing });
    else {
      this.#count(question, "refused");
      refuseUnread(exchange, text, question.common);
    }
  }

  #answer(one: Case): void {
    this.#safely(one, () => {
      const { question, text, outgoing } = one;
      const view = question.selected.view(question.viewer);
      if (view === undefined) this.#refuse(question, NO_DATA, outgoing);
      else if (text === undefined) this.#refuse(question, NOT_BASE64, outgoing);
      else {
        const key = keyOf(view, question, text);
        this.#parts.line.add(key, () => this.#safely(one, () => this.#answerNow(one, text, view, key)));
      }
    });
  }

  /** `view` and `key` are of when the request came; it may have been waiting since. */
  #answerNow(one: Case, text: string, view: FlagView, key: string): void {
    const { question, outgoing } = one;
    if (outgoing.destroyed) return;
    const current = question.selected.view(question.viewer) ?? view;
    if (current.tag === view.tag) this.#answerFrom(one, text, view, key);
    else this.#answerFrom(one, text, current, keyOf(current, question, text));
  }

  #answerFrom(one: Case, text: string, view: FlagView, key: string): void {
    const { question, outgoing } = one;
    const { results, line } = this.#parts;
    const kept = results.kept(key);
    if (kept !== undefined && !mustBeSigned(question)) {
      this.#send(one, kept.etag, "kept", () => kept);
      return;
    }
    const context = contextOf(question, text);
    if (isRefusal(context)) this.#refuse(question, context, outgoing);
    else if (kept !== undefined) this.#send(one, kept.etag, "kept", () => kept);
    else {
      const etag = resultEtag(key);
      this.#send(one, etag, "evaluated", () =>
        results.make(key, etag, view, context, question.asked.withReasons, line.awaits(key)),
      );
    }
  }

  /** Sends the results, which are not needed if the client has them. */
  #send({ question, outgoing }: Case, etag: string, outcome: Outcome, results: () => Results): void {
    const heads = resultHeads(question);
    if (isUnchanged(outgoing.req.headers["if-none-match"], etag)) {
      this.#count(question, "unchanged");
      outgoing.writeHead(304, [...heads.unchanged, "ETag", etag]).end();
      return;
    }
    const { body } = results();
    this.#count(question, outcome);
    outgoing.writeHead(200, [...heads.ok, "ETag", etag, "Content-Length", String(body.byteLength)]).end(body);
  }

  #refuse(question: Question, refusal: ClientRefusal, outgoing: ServerResponse): void {
    this.#count(question, "refused");
    refuse(outgoing, refusal, question.common);
  }

  /** An error that nobody expected costs one answer, not the process. */
  #safely({ question, outgoing }: Case, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#parts.logger.error("flags could not be evaluated", { error: describeError(error) });
      if (outgoing.headersSent) outgoing.destroy();
      else this.#refuse(question, FAILED, outgoing);
    }
  }

  #count({ selected, viewer }: Question, outcome: Outcome): void {
    this.#parts.counts.count(selected.environment.name, viewer, outcome);
  }
}

function keyOf(view: FlagView, { viewer, asked }: Question, text: string): string {
  return resultKey(view, viewer, asked.withReasons, text);
}
