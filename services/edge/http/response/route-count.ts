import { getOrMake } from "../../../../shared/base/get-or-make.ts";
import type { Counter, Metrics, Series } from "../../../../shared/base/metrics.ts";

/** Statuses that alerts ask for: these series are there before the first such answer, with 0. */
const KNOWN_STATUSES = [200, 202, 304, 400, 401, 404, 500, 503];

/** What requests are counted as that no route takes. */
const UNKNOWN_ROUTE = "(unknown)";
/** Preflights of browsers, whatever route they ask about. */
const PREFLIGHT = "(preflight)";

type Labels = "route" | "status";

/** Counts the answers of one route by their status. */
export class RouteCount {
  readonly #route: string;
  readonly #counter: Counter<Labels>;
  /** By status: an answer costs a look into an array, and an addition. */
  readonly #series: (Series | undefined)[] = Array.from({ length: 600 }, () => undefined);

  constructor(route: string, counter: Counter<Labels>) {
    this.#route = route;
    this.#counter = counter;
    for (const status of KNOWN_STATUSES) this.answered(status, 0);
  }

  answered(status: number, times = 1): void {
    this.#series[status] ??= this.#counter.series({ route: this.#route, status: String(status) });
    this.#series[status].add(times);
  }
}

/** The counts of all routes of an edge. */
export class RouteCounts {
  readonly #counts = new Map<string, RouteCount>();
  readonly #counter: Counter<Labels>;
  readonly unknown: RouteCount;
  readonly preflight: RouteCount;

  constructor(metrics: Metrics) {
    this.#counter = metrics.counter({
      name: "requests_total",
      help: "Requests answered on the main port; a stream counts when it begins.",
      labels: ["route", "status"],
    });
    this.unknown = this.of(UNKNOWN_ROUTE);
    this.preflight = this.of(PREFLIGHT);
  }

  /** The count of a route, by its name: `/sdk/flags/{key}`. */
  of(route: string): RouteCount {
    return getOrMake(this.#counts, route, () => new RouteCount(route, this.#counter));
  }
}
