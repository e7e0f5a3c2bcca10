import { type Announcement, readAnnouncement } from "./announcement.ts";
import { PRESENCE_TIMING } from "./presence.ts";

/** A role that is there, and how long ago it said so. */
export type PresentRole = Announcement & { readonly announcedMsAgo: number };

/** The roles in the hash `P:$roles` that are there `now`, by the clock of Redis; by role, then by host and process. */
export function presentRoles(
  hash: Readonly<Record<string, string>>,
  now: number,
  ttlMs = PRESENCE_TIMING.ttlMs,
): PresentRole[] {
  const roles = Object.values(hash).flatMap((text): PresentRole[] => {
    const end = text.indexOf("|");
    const announcedMsAgo = Math.max(0, now - Number(text.slice(0, end)));
    const announcement = readAnnouncement(text.slice(end + 1));
    // The hash may hold one that nobody has removed yet.
    return announcement === undefined || !(announcedMsAgo <= ttlMs)
      ? []
      : [{ ...announcement, announcedMsAgo }];
  });
  return roles.sort((one, other) => place(one).localeCompare(place(other)));
}

function place({ role, host, pid, id }: PresentRole): string {
  const order = { ingestor: 1, edge: 2, forwarder: 3 }[role];
  return `${order} ${host} ${String(pid).padStart(10)} ${id}`;
}
