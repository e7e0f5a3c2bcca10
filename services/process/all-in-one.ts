import { systemClock } from "../../shared/base/clock.ts";
import { StopScope } from "../../shared/base/stop-scope.ts";
import type { RoleParts, RunningRole } from "../../shared/lifecycle/role.ts";
import { startPrivateRedis } from "../../shared/redis/private-server.ts";
import { type EdgeParts, startEdge } from "../edge/main.ts";
import { startForwarder } from "../forwarder/main.ts";
import { startIngestor } from "../ingestor/main.ts";
import type { EndProcess, ProcessParts } from "./process-parts.ts";

/** The forwarder stops last, and the edge's draining takes most of the time; what is cut short is delivered later. */
const FORWARDER_GRACE_SHARE = 0.1;

/**
 * Starts the three roles, exactly as they start alone, and a private Redis for them when none is configured. They
 * meet in Redis here, too. Rejects when a port cannot be bound or the private Redis cannot start; nothing is left running then.
 */
export async function startAllInOne(parts: ProcessParts, end: EndProcess): Promise<RunningRole> {
  const scope = new StopScope();
  try {
    const redis = parts.configuration.redis ?? (await privateRedis(parts, scope));
    const edgeParts: EdgeParts = { ...parts, redis };
    // An edge serves from memory while Redis is away, so the others' trouble must not keep requests from it.
    const otherParts: RoleParts = { ...edgeParts, health: parts.health.showingOnly() };
    // The edge starts first, because its port may be taken, and stops first, so that what it took in by then can
    // still be delivered.
    const edge = await startEdge(edgeParts);
    const ingestor = await startIngestor(otherParts, end);
    const forwarder = startForwarder(otherParts, FORWARDER_GRACE_SHARE);
    scope.add("the forwarder", () => forwarder.stop());
    scope.add("the ingestor", () => ingestor.stop());
    scope.add("the edge", () => edge.stop());
    // The others work on while the edge drains: its streams are told of changes, and its events are delivered.
    return { drain: () => edge.drain(), stop: () => scope.stop() };
  } catch (error) {
    await scope.stop();
    throw error;
  }
}

async function privateRedis(
  { configuration, logger }: ProcessParts,
  scope: StopScope,
): Promise<RoleParts["redis"]> {
  const { dataDir } = configuration.main;
  const redis = await startPrivateRedis({ dataDir, logger, clock: systemClock, random: Math.random });
  scope.add("the private Redis", () => redis.stop());
  return redis.settings;
}
