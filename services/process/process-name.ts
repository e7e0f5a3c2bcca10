/** The roles that can be processes of their own. */
export type Role = "ingestor" | "edge" | "forwarder";

/** What a process is, in its log, its metrics and the names of its connections. */
export type ProcessName = Role | "all-in-one";
