import * as z from "zod";
import type { RelayProcess } from "../../support/relay-process.ts";

const connection = z.object({
  state: z.string(),
  stateSince: z.number(),
  lastError: z.object({ kind: z.string(), time: z.number() }).optional(),
});
const status = z.object({
  environments: z.record(
    z.string(),
    z.object({
      status: z.string(),
      connectionStatus: connection,
      dataStoreStatus: z.object({ state: z.string() }),
      changesStatus: z.looseObject({ state: z.string(), stateSince: z.number() }),
    }),
  ),
  status: z.string(),
});
const reason = z.looseObject({ name: z.string(), code: z.string(), reason: z.string() });
const readiness = z.object({
  reasons: z.array(reason).default([]),
  degraded: z.array(reason).default([]),
  details: z.record(z.string(), z.unknown()).default({}),
});

/** What `GET /status` says of an environment. */
export async function statusOf(edge: RelayProcess, name: string) {
  const { environments } = status.parse(await (await fetch(`${edge.url}/status`)).json());
  const found = environments[name];
  if (found === undefined) throw new Error(`/status does not show ${name}`);
  const { state, lastError } = found.connectionStatus;
  return {
    status: found.status,
    upstream: state,
    lastError: lastError?.kind,
    redis: found.dataStoreStatus.state,
  };
}

/** Whether changes arrive at an edge: what `GET /status` says of each environment, and in all. */
export async function changesOf(edge: RelayProcess) {
  const { environments, status: inAll } = status.parse(await (await fetch(`${edge.url}/status`)).json());
  const changes = Object.entries(environments).map(([name, { changesStatus }]) => [name, changesStatus]);
  return { status: inAll, environments: Object.fromEntries(changes) };
}

/** What a role's admin listener says on `/readyz`. */
export async function readinessOf(relay: RelayProcess) {
  const response = await fetch(`${relay.adminUrl}/readyz`);
  return { status: response.status, ...readiness.parse(await response.json()) };
}

/** Whether a process is alive by its own word. */
export async function isHealthy(relay: RelayProcess): Promise<boolean> {
  return (await fetch(`${relay.adminUrl}/healthz`)).ok;
}
