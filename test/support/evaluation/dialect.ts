/**
 * What a random environment may consist of. `common`: only what Go's and Node's evaluators answer alike.
 * `go`: everything that the Go relay takes, however odd.
 */
export type Dialect = "common" | "go";
