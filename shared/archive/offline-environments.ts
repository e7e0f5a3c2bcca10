import type { Clock } from "../base/clock.ts";
import { describeError } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type { Stop } from "../base/stop-scope.ts";
import {
  EnvironmentList,
  type EnvironmentListener,
  type EnvironmentSource,
} from "../environments/environment-source.ts";
import type { EnvironmentDefaults } from "../model/environment-defaults.ts";
import { type FlagData, NO_DATA } from "../model/item.ts";
import { archiveContents, type ServedEnvironments } from "./archive-contents.ts";
import { ArchiveError } from "./archive-error.ts";
import { type ArchiveLook, ArchiveMonitor } from "./archive-monitor.ts";

/** The flags in an archive, for who writes them to Redis. */
export interface ArchivedFlags {
  /** Calls `listener` at once with the flags of an environment, and again whenever they are others, until stopped. */
  followFlags(environmentId: string, listener: (data: FlagData) => void): Stop;
}

/** What the environments of an archive are made with. */
export interface OfflineParts {
  /** `[OfflineMode] fileDataSource`. */
  readonly archivePath: string;
  readonly monitoringIntervalMs: number;
  readonly environments: EnvironmentDefaults;
  /** Whether somebody follows the flags: else they are not kept. */
  readonly keepsFlags: boolean;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** Environments and flags of an offline archive, which is looked at again and again, and read when it has changed. */
export class OfflineEnvironments implements EnvironmentSource, ArchivedFlags {
  readonly #parts: OfflineParts;
  readonly #monitor: ArchiveMonitor;
  readonly #list = new EnvironmentList();
  readonly #followers = new Map<string, Set<(data: FlagData) => void>>();
  readonly #stopping = new AbortController();
  #served: ServedEnvironments = new Map();
  /** What was last said to be wrong with the archive. */
  #trouble: string | undefined;
  #monitoring: Promise<void> = Promise.resolve();

  private constructor(parts: OfflineParts) {
    this.#parts = parts;
    this.#monitor = new ArchiveMonitor(parts.archivePath, parts.clock);
  }

  /** Reads the archive and begins to monitor it. Rejects with an {@link ArchiveError} if it cannot be used as a whole. */
  static async open(parts: OfflineParts): Promise<OfflineEnvironments> {
    const environments = new OfflineEnvironments(parts);
    const look = await environments.#monitor.look();
    if (look.kind === "refused" || look.kind === "missing") throw new ArchiveError(look.reason);
    environments.#take(look);
    environments.#monitoring = environments.#monitorOn();
    return environments;
  }

  follow(listener: EnvironmentListener): Stop {
    return this.#list.follow(listener);
  }

  followFlags(environmentId: string, listener: (data: FlagData) => void): Stop {
    const followers = this.#followers.get(environmentId) ?? new Set();
    this.#followers.set(environmentId, followers.add(listener));
    const served = this.#served.get(environmentId);
    if (served !== undefined) listener(served.data);
    return () => {
      followers.delete(listener);
      if (followers.size === 0) this.#followers.delete(environmentId);
    };
  }

  /** Ends the monitoring; environments stay as they are. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#monitoring;
  }

  async #monitorOn(): Promise<void> {
    const { clock, monitoringIntervalMs, logger } = this.#parts;
    const { signal } = this.#stopping;
    for (;;) {
      await clock.sleep(monitoringIntervalMs, signal);
      if (signal.aborted) return;
      try {
        this.#take(await this.#monitor.look());
      } catch (error) {
        logger.error("cannot take over a new offline archive, the environments stay as they are", {
          event: "archive.failed",
          error: describeError(error),
        });
      }
    }
  }

  #take(look: ArchiveLook): void {
    switch (look.kind) {
      case "unchanged":
        return;
      case "missing":
      case "refused":
        return this.#refused(look.kind, look.reason);
      case "read":
        this.#trouble = undefined;
        return this.#replace(look.archive);
    }
  }

  /** Said once for each reason: a file that is being copied would fill the log. */
  #refused(kind: "missing" | "refused", reason: string): void {
    const { archivePath: file, logger } = this.#parts;
    if (this.#trouble === reason) return;
    this.#trouble = reason;
    if (kind === "missing")
      logger.error("the offline archive is gone, its last content is served until it is back", {
        event: "archive.missing",
        file,
        reason,
      });
    else
      logger.warn(
        "the offline archive was changed and cannot be used, its last content is served, trying again",
        {
          event: "archive.refused",
          file,
          reason,
        },
      );
  }

  #replace(archive: Parameters<typeof archiveContents>[1]): void {
    const { environments: settings, keepsFlags, clock } = this.#parts;
    const before = this.#served;
    const { served, skipped } = archiveContents(before, archive, settings, clock.now());
    this.#served = keepsFlags
      ? served
      : new Map([...served].map(([id, environment]) => [id, { ...environment, data: NO_DATA }]));
    this.#log(before, skipped);
    // Who starts for a new environment finds its flags, and who goes on is told of them.
    this.#list.replace([...served.values()].map(({ environment }) => environment));
    for (const [id, { data, dataId }] of this.#served)
      if (before.has(id) && before.get(id)?.dataId !== dataId)
        for (const listener of this.#followers.get(id) ?? []) listener(data);
  }

  #log(
    before: ServedEnvironments,
    skipped: readonly { readonly envId: string; readonly reason: string }[],
  ): void {
    const { logger, archivePath: file } = this.#parts;
    for (const { envId, reason } of skipped)
      logger.error("an environment of the offline archive cannot be used, it is left as it was or left out", {
        event: "archive.environment_refused",
        environment: envId,
        reason,
      });
    for (const [id, { keysWithViews: keys, version }] of this.#served)
      if (keys.length > 0 && before.get(id)?.version !== version)
        logger.warn("SDKs with these keys are refused, because views restrict what they get", {
          event: "environment.keys_with_views",
          environment: id,
          keys,
        });
    const facts = { event: "archive.loaded", file, environments: this.#served.size } as const;
    if (this.#served.size > 0)
      logger.info("the offline archive is served, LaunchDarkly is not contacted", facts);
    else
      logger.warn("the offline archive has no environments, every SDK is refused", {
        ...facts,
        event: "archive.empty",
      });
  }
}
