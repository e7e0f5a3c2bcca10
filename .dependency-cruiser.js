/** Import direction, the shape of the house. See docs/architecture.md, "The house". */

/** Inside shared/, imports point to the left only. */
const rooms = ["base", "model", "config", "redis", "outbound", "presence", "bus", "queue", "lifecycle"];
const mayImport = {
  base: ["base"],
  model: ["base", "model"],
  config: ["base", "model", "config"],
  redis: ["base", "model", "config", "redis"],
  outbound: ["base", "model", "config", "outbound"],
  presence: ["base", "model", "config", "redis", "presence"],
  bus: ["base", "model", "config", "redis", "bus"],
  queue: ["base", "model", "config", "redis", "queue"],
  lifecycle: rooms,
};
const roles = ["ingestor", "edge", "forwarder"];
/** Inside the edge, too. Only its `main.ts`, `app.ts` and `listener.ts` put rooms together. */
const edgeMayImport = {
  evaluation: [],
  replica: [],
  reply: [],
  http: [],
  goals: [],
  intake: ["reply"],
  front: ["reply", "http"],
  streams: ["reply", "replica", "evaluation"],
  results: ["evaluation", "streams"],
  environments: ["reply", "replica", "evaluation", "streams"],
  routes: ["reply", "front", "intake", "goals", "evaluation", "streams", "results", "environments"],
};

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
      to: { path: "^(test|bench|scripts)/" },
    },
    {
      name: "shared-never-imports-services",
      severity: "error",
      from: { path: "^shared/" },
      to: { path: "^services/" },
    },
    ...Object.entries(mayImport).map(([room, allowed]) => ({
      name: `shared-${room}-imports-only-to-its-left`,
      severity: "error",
      from: { path: `^shared/${room}/` },
      to: { path: "^shared/", pathNot: `^shared/(${allowed.join("|")})/` },
    })),
    ...Object.entries(edgeMayImport).map(([room, allowed]) => ({
      name: `edge-${room}-imports-only-what-it-rests-on`,
      severity: "error",
      from: { path: `^services/edge/${room}/` },
      to: { path: "^services/edge/", pathNot: `^services/edge/(${[room, ...allowed].join("|")})/` },
    })),
    {
      name: "edge-has-known-rooms",
      severity: "error",
      from: {
        path: "^services/edge/[^/]+/",
        pathNot: `^services/edge/(${Object.keys(edgeMayImport).join("|")})/`,
      },
      to: {},
    },
    {
      name: "shared-has-known-rooms",
      severity: "error",
      from: { path: "^shared/", pathNot: `^shared/(${rooms.join("|")})/` },
      to: {},
    },
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
      name: "roles-are-entered-through-main",
      severity: "error",
      from: { path: "^services/[^/]+\\.ts$" },
      to: { path: `^services/(${roles.join("|")})/`, pathNot: "/main\\.ts$" },
    },
    {
      name: "only-cli-and-all-in-one-import-roles",
      severity: "error",
      from: { path: "^services/[^/]+\\.ts$", pathNot: "^services/(cli|all-in-one)\\.ts$" },
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
