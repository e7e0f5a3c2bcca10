import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ContextBodies } from "../../../../services/edge/requests/context-body.ts";
import type { EvaluationRequest } from "../../../../services/edge/requests/evaluation-request.ts";
import { BY_KEY } from "../../../../services/edge/requests/evaluation-request.ts";
import { EvaluationResponder } from "../../../../services/edge/results/evaluation-responder.ts";
import { ResultMetrics } from "../../../../services/edge/results/result-metrics.ts";
import { ResultSource } from "../../../../services/edge/results/result-source.ts";
import { systemClock } from "../../../../shared/base/clock.ts";
import { FairQueue } from "../../../../shared/base/event-loop/fair-queue.ts";
import { clientFlag } from "../../../support/client-flag.ts";
import { environment } from "../../../support/environment.ts";
import { HandFedEnvironments } from "../../../support/hand-fed-environments.ts";
import { RecordedLog } from "../../../support/recorded.ts";
import { RecordingResponseWriter } from "../../../support/recording-response-writer.ts";

const CONTEXT = Buffer.from('{"kind":"user","key":"ann"}').toString("base64url");

let fed: HandFedEnvironments;
beforeAll(async () => {
  fed = await HandFedEnvironments.start([
    { environment: environment("full"), content: [clientFlag("f", 1, { value: "a" })] },
    { environment: environment("empty") },
  ]);
});
afterAll(() => fed[Symbol.asyncDispose]());

const log = new RecordedLog();
function newResponder(): EvaluationResponder {
  const results = new ResultSource({ maxCount: 10, maxBytes: 100_000 });
  return new EvaluationResponder({
    bodies: new ContextBodies(1_000),
    results,
    queue: new FairQueue(systemClock, fed.slices),
    counts: new ResultMetrics(fed.metrics, results),
    logger: log,
  });
}

/** What is sent before the call returns. */
function respond(
  name: string,
  base64 = CONTEXT,
  more: Partial<EvaluationRequest> = {},
): RecordingResponseWriter {
  const selected = fed.environments.byId(name);
  if (selected === undefined) throw new Error(`there is no environment ${name}`);
  const query = { withReasons: false, hash: undefined, filter: undefined };
  const response = new RecordingResponseWriter();
  newResponder().respond(
    { selected, sdkKind: "mobile", query, common: BY_KEY, ...more },
    { place: "path", base64, response },
  );
  return response;
}

describe("a request with its context in the path", () => {
  it("is answered before the call returns, as nothing has to be waited for", () => {
    const { answer } = respond("full");
    expect(answer?.status).toBe(200);
    expect(JSON.parse(String(answer?.body))).toMatchObject({ f: { value: "a", version: 1 } });
    expect(answer?.head.text).toContain("Cache-Control: private, no-cache\r\n");
    expect(answer?.head.text).toContain("Vary: Authorization\r\n");
  });

  it("gets 304 and no body if the client has the results", () => {
    const etag = respond("full").answer?.etag;
    expect(etag).toMatch(/^".+"$/);
    const { answer } = respond("full", CONTEXT, { ifNoneMatch: etag });
    expect([answer?.status, answer?.etag, answer?.body]).toEqual([304, etag, undefined]);
  });

  it.each([
    ["full", "!", 400, "context part of URL path did not decode as valid base64"],
    ["full", "e30", 400, "context part of URL path did not decode to valid evaluation context as JSON"],
    ["empty", CONTEXT, 503, "client was not initialized"],
  ])("of %s is told why there are no results for %s", (name, base64, status, text) => {
    const { answer } = respond(name, base64);
    expect(answer?.status).toBe(status);
    expect(String(answer?.body)).toContain(text);
  });

  it("is not answered when its client has left meanwhile", () => {
    const selected = fed.environments.byId("full");
    if (selected === undefined) throw new Error("there is such an environment");
    const response = new RecordingResponseWriter();
    const gone = { status: 0, head: response.streamHead } as never;
    response.answer = gone;
    const query = { withReasons: false, hash: undefined, filter: undefined };
    newResponder().respond(
      { selected, sdkKind: "mobile", query, common: BY_KEY },
      { place: "path", base64: CONTEXT, response },
    );
    expect(response.answer).toBe(gone);
  });

  it("costs one answer when evaluation fails, and the log says so", () => {
    const broken = {
      environment: environment("full"),
      headers: {},
      sdkKeys: [],
      view: () => {
        throw new Error("broken view");
      },
    };
    const { answer } = respond("full", CONTEXT, { selected: broken });
    expect(answer?.status).toBe(500);
    expect(log.lines.join()).toContain("broken view");
  });
});
