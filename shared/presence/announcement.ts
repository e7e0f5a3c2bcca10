import { z } from "zod";

const identity = {
  /** Drawn when the role starts: a restarted process is another one. */
  id: z.string(),
  version: z.string(),
  host: z.string(),
  pid: z.number(),
  /** In milliseconds since the epoch, by the clock of its host. */
  startedAt: z.number(),
};

const announcement = z.discriminatedUnion("role", [
  z.object({
    ...identity,
    role: z.literal("ingestor"),
    /** Whether it holds the environment's lease. */
    leads: z.boolean(),
  }),
  z.object({
    ...identity,
    role: z.literal("edge"),
    /** The offset of its replica; `null` without data. */
    offset: z.number().nullable(),
    /** SDK streams that are open. */
    streams: z.number(),
    /** From the arrival of the last change at the ingestor to this edge, by the clock of Redis; `null` before one. */
    lagMs: z.number().nullable(),
  }),
  z.object({
    ...identity,
    role: z.literal("forwarder"),
    /** What keeps events from LaunchDarkly, as far as it has seen; `null`: nothing. */
    trouble: z.string().nullable(),
  }),
]);

/** What a role of a process says of itself and of one environment. */
export type Announcement = z.infer<typeof announcement>;

export type RoleName = Announcement["role"];

/** What is the same for all environments. */
export type RoleIdentity = Pick<Announcement, keyof typeof identity>;

/** What a role says of one environment. */
export type RoleReport = Announcement extends infer One
  ? One extends Announcement
    ? Omit<One, keyof RoleIdentity>
    : never
  : never;

/** Of another version of the relay, or of somebody else: `undefined` for what is not understood. */
export function readAnnouncement(json: string): Announcement | undefined {
  try {
    return announcement.parse(JSON.parse(json));
  } catch {
    return undefined;
  }
}
