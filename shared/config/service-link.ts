/** Where something listens. */
export interface HostAndPort {
  readonly host: string;
  readonly port: string;
}

/**
 * Whether a variable was set by Kubernetes or by Docker's links: for a service called `redis` both set
 * `REDIS_PORT=tcp://10.0.0.1:6379` in every container beside it. Nobody means a setting of ours by that, whatever the
 * variable is called.
 */
export function isServiceLink(text: string): boolean {
  return /^(?:tcp|udp|sctp):\/\//i.test(text);
}

/** What a link points to; undefined if it lacks a host or a port. */
export function linkTarget(text: string): HostAndPort | undefined {
  const [, host, port] = /^tcp:\/\/([^/]+):(\d+)$/i.exec(text) ?? [];
  return host === undefined || port === undefined ? undefined : { host, port };
}
