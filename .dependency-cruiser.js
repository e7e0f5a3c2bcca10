/** Import direction, the shape of the house. See docs/architecture.md, "The house". */

/** What each room of shared/ may import, beside itself. */
const sharedRooms = {
  base: [],
  model: ["base"],
  config: ["base", "model"],
  environments: ["base", "model"],
  archive: ["base", "model", "environments"],
  outbound: ["base", "model", "config"],
  upstream: ["base", "model", "config", "outbound"],
  redis: ["base", "model", "config"],
  telemetry: ["base", "model", "environments", "redis"],
  presence: ["base", "model", "config", "environments", "redis"],
  bus: ["base", "model", "config", "redis"],
  queue: ["base", "model", "config", "redis"],
  lifecycle: ["base", "model", "config", "environments", "archive", "redis", "telemetry"],
};
/** What each room of a role may import of that role, beside itself. Only files outside rooms put rooms together. */
const roleRooms = {
  ingestor: { leadership: [] },
  edge: {
    http: [],
    evaluation: [],
    replica: [],
    goals: [],
    protocol: ["replica", "evaluation"],
    intake: ["http"],
    streams: ["http", "replica", "evaluation", "protocol"],
    environments: ["http", "replica", "evaluation", "protocol", "streams"],
    status: ["environments"],
    requests: ["http", "evaluation", "environments"],
    results: ["http", "evaluation", "requests"],
    routes: [
      "http",
      "intake",
      "goals",
      "evaluation",
      "protocol",
      "streams",
      "environments",
      "status",
      "requests",
      "results",
    ],
  },
  forwarder: {
    summarise: [],
    pacing: [],
    delivery: ["pacing"],
    batching: ["delivery", "summarise"],
  },
};
const roles = Object.keys(roleRooms);

/** A rule for each room: it imports only itself and what it may. */
const directions = (folder, rooms) =>
  Object.entries(rooms).map(([room, allowed]) => ({
    name: `${folder.replace("/", "-")}-${room}-imports-only-what-it-may`,
    severity: "error",
    from: { path: `^${folder}/${room}/` },
    to: { path: `^${folder}/`, pathNot: `^${folder}/(${[room, ...allowed].join("|")})/` },
  }));
/** No room that has no rule. */
const knownRooms = (folder, rooms) => ({
  name: `${folder.replace("/", "-")}-has-known-rooms`,
  severity: "error",
  from: {
    path: `^${folder}/[^/]+/`,
    pathNot: `^${folder}/(${Object.keys(rooms).join("|")})/`,
  },
  to: {},
});

export default {
  forbidden: [
    { name: "no-circular", severity: "error", from: {}, to: { circular: true } },
    {
      name: "not-resolvable",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "product-never-imports-tests",
      severity: "error",
      from: { path: "^(services|shared)/" },
      to: { path: "^(test|bench|scripts|simulator|demo)/" },
    },
    {
      name: "shared-never-imports-services",
      severity: "error",
      from: { path: "^shared/" },
      to: { path: "^services/" },
    },
    {
      name: "simulator-stands-alone",
      severity: "error",
      from: { path: "^simulator/" },
      to: { path: "^(test|bench|scripts|demo|services)/" },
    },
    ...directions("shared", sharedRooms),
    knownRooms("shared", sharedRooms),
    ...roles.flatMap((role) => [
      ...directions(`services/${role}`, roleRooms[role]),
      knownRooms(`services/${role}`, roleRooms[role]),
    ]),
    ...roles.map((role) => ({
      name: `${role}-imports-no-other-role`,
      severity: "error",
      from: { path: `^services/${role}/` },
      to: { path: "^services/", pathNot: `^services/${role}/` },
    })),
    {
      name: "operator-imports-only-shared",
      severity: "error",
      from: { path: "^services/operator/" },
      to: { path: "^services/", pathNot: "^services/operator/" },
    },
    {
      name: "process-imports-only-roles-and-shared",
      severity: "error",
      from: { path: "^services/process/" },
      to: { path: "^services/", pathNot: `^services/(process|${roles.join("|")})/` },
    },
    {
      name: "roles-are-entered-through-main",
      severity: "error",
      from: { path: "^services/process/" },
      to: { path: `^services/(${roles.join("|")})/`, pathNot: "/main\\.ts$" },
    },
    {
      name: "only-process-imports-roles",
      severity: "error",
      from: { path: "^services/([^/]+\\.ts$|(cli|operator)/)" },
      to: { path: `^services/(${roles.join("|")})/` },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
      extensions: [".ts", ".js"],
    },
  },
};
