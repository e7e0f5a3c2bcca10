import { describeError } from "../../../shared/base/errors.ts";
import type { Logger } from "../../../shared/base/logger.ts";
import type { EvaluationContext } from "../evaluation/context/evaluation-context.ts";
import type { FlagView } from "../evaluation/view.ts";
import type { Exchange } from "../reply/last-word.ts";
import { NodeReply } from "../reply/node-reply.ts";
import type { Reply } from "../reply/reply.ts";
import type { AnswerLine } from "../results/answer-line.ts";
import type { Outcome, ResultCounts } from "../results/result-counts.ts";
import { type ResultSource, type Results, resultEtag, resultKey } from "../results/results.ts";
import { type ClientRefusal, FAILED, NO_DATA, refuse, refuseUnread } from "./client-refusal.ts";
import { isUnchanged } from "./conditional.ts";
import type { ContextBodies } from "./context-bodies.ts";
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

/** One request. */
interface Case {
  readonly question: Question;
  /** The context as it came: in base64 if that was in the path. */
  readonly written: string;
  readonly reply: Reply;
}

/**
 * Answers those who ask for the results of all flags for a context, past the framework, which would cost as much as the
 * evaluation. Never throws or rejects.
 */
export class EvaluationDesk {
  readonly #parts: DeskParts;

  constructor(parts: DeskParts) {
    this.#parts = parts;
  }

  /** For a context in the path, in base64. */
  answerPath(question: Question, base64: string, reply: Reply): void {
    this.#answer({ question, written: base64, reply });
  }

  /** For a context in the body. */
  async answerBody(question: Question, exchange: Exchange): Promise<void> {
    const body = await this.#parts.bodies.read(exchange.incoming);
    if (typeof body === "string")
      this.#answer({ question, written: body, reply: new NodeReply(exchange.outgoing) });
    else {
      this.#count(question, "refused");
      refuseUnread(exchange, body, question.common);
    }
  }

  #answer(one: Case): void {
    const { question } = one;
    try {
      const view = question.selected.view(question.viewer);
      if (view === undefined) this.#refuse(one, NO_DATA);
      else {
        const key = keyOf(view, one);
        this.#parts.line.add(key, () => this.#answerNow(one, view, key));
      }
    } catch (error) {
      this.#fail(one, error);
    }
  }

  /** `view` and `key` are of when the request came; it may have been waiting since. */
  #answerNow(one: Case, view: FlagView, key: string): void {
    const { question, reply } = one;
    if (reply.over) return;
    try {
      const current = question.selected.view(question.viewer) ?? view;
      if (current.tag === view.tag) this.#answerFrom(one, view, key);
      else this.#answerFrom(one, current, keyOf(current, one));
    } catch (error) {
      this.#fail(one, error);
    }
  }

  #answerFrom(one: Case, view: FlagView, key: string): void {
    const { question, written } = one;
    const { results } = this.#parts;
    const kept = results.kept(key);
    if (kept !== undefined && !mustBeSigned(question)) return this.#sendKept(one, kept);
    const context = contextOf(question, written);
    if (isRefusal(context)) this.#refuse(one, context);
    else if (kept !== undefined) this.#sendKept(one, kept);
    else this.#evaluate(one, view, key, context);
  }

  #sendKept(one: Case, kept: Results): void {
    if (!this.#isSpared(one, kept.etag)) this.#send(one, kept, "kept");
  }

  #evaluate(one: Case, view: FlagView, key: string, context: EvaluationContext): void {
    const { results, line } = this.#parts;
    const etag = resultEtag(key);
    if (this.#isSpared(one, etag)) return;
    const made = results.make(key, etag, view, context, one.question.asked.withReasons, line.awaits(key));
    if (this.#send(one, made, "evaluated")) results.release(made);
  }

  /** Tells a client that has these results already so, and that is all. */
  #isSpared({ question, reply }: Case, etag: string): boolean {
    if (!isUnchanged(question.ifNoneMatch, etag)) return false;
    this.#count(question, "unchanged");
    reply.send({ status: 304, head: resultHeads(question).unchanged, etag });
    return true;
  }

  /** Whether the results have left the process. */
  #send({ question, reply }: Case, { etag, body }: Results, outcome: Outcome): boolean {
    this.#count(question, outcome);
    return reply.send({ status: 200, head: resultHeads(question).ok, etag, body });
  }

  #refuse({ question, reply }: Case, refusal: ClientRefusal): void {
    this.#count(question, "refused");
    refuse(reply, refusal, question.common);
  }

  /** An error that nobody expected costs one answer, not the process. */
  #fail(one: Case, error: unknown): void {
    this.#parts.logger.error("flags could not be evaluated", { error: describeError(error) });
    if (!one.reply.over) this.#refuse(one, FAILED);
  }

  #count({ selected, viewer }: Question, outcome: Outcome): void {
    this.#parts.counts.count(selected.environment.name, viewer, outcome);
  }
}

function keyOf(view: FlagView, { question, written }: Case): string {
  return resultKey(view, question.viewer, question.asked.withReasons, written);
}
