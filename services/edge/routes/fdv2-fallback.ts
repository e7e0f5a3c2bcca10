import { type Endpoint, EVERYBODY, type PublicAccess, type PublicHandler } from "./endpoint.ts";

/** The same for every page, as there is no environment yet whose rules would count. */
const EVERY_PAGE: PublicAccess = {
  ...EVERYBODY,
  cors: { allowedOrigins: ["*"], allowedHeaders: ["Authorization", "If-None-Match"] },
};

/** Sends the SDK back to FDv1. */
const handler: PublicHandler = (c, cors) => c.body(null, 404, { ...cors, "X-LD-FD-Fallback": "true" });

/**
 * The paths of FDv2, which is not served yet. Every answer sends the SDK back to FDv1: a bare 404 would make it give up
 * for good (S4).
 */
export const FDV2_FALLBACK: readonly Endpoint[] = [
  ...["/sdk/poll", "/sdk/stream"].map(
    (path): Endpoint => ({ methods: ["GET"], path, access: EVERYBODY, handler }),
  ),
  ...["/sdk/poll/eval", "/sdk/stream/eval"]
    .flatMap((path) => [path, `${path}/{context}`])
    .map((path): Endpoint => ({ methods: ["GET", "POST", "REPORT"], path, access: EVERY_PAGE, handler })),
];
