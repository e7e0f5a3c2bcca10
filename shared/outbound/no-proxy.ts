import { BlockList, isIP } from "node:net";

const DEFAULT_PORTS: Readonly<Record<string, string>> = { "http:": "80", "https:": "443" };

/** One entry of `NO_PROXY`: whether it names this host and port. */
type Matcher = (host: string, port: string) => boolean;

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");

/**
 * Which requests are sent directly although there is a proxy, as Go's `net/http` decides: those to this machine,
 * and those that `noProxy` names. Its entries are separated by commas: `*`, an IP address, a CIDR block,
 * `example.com` (and what is below), `.example.com` or `*.example.com` (only what is below); all but the first and
 * the third may end in `:port`. An entry of another form names nothing.
 */
export function directRequests(noProxy: string): (url: URL) => boolean {
  const entries = noProxy
    .split(",")
    .map((entry) => entry.trim().toLowerCase())
    .filter((entry) => entry !== "");
  const matchers = entries.includes("*") ? [() => true] : entries.map(matcherOf);
  return (url) => {
    const host = url.hostname.replace(/^\[|\]$/g, "");
    if (host === "localhost" || contains(LOOPBACK, host)) return true;
    const port = url.port === "" ? (DEFAULT_PORTS[url.protocol] ?? "") : url.port;
    return matchers.some((matches) => matches(host, port));
  };
}

function matcherOf(entry: string): Matcher {
  const block = cidrBlock(entry);
  if (block !== undefined) return (host) => contains(block, host);
  const [name, entryPort] = splitPort(entry);
  if (name === "") return () => false;
  const namesHost = isIP(name) === 0 ? domainMatcher(name) : addressMatcher(name);
  return (host, port) => (entryPort === undefined || entryPort === port) && namesHost(host);
}

function domainMatcher(name: string): (host: string) => boolean {
  const suffix = name.replace(/^\*(?=\.)/, "");
  if (suffix.startsWith(".")) return (host) => host.endsWith(suffix);
  return (host) => host === suffix || host.endsWith(`.${suffix}`);
}

function addressMatcher(address: string): (host: string) => boolean {
  const list = new BlockList();
  list.addAddress(address, family(address));
  return (host) => contains(list, host);
}

function cidrBlock(entry: string): BlockList | undefined {
  const [, address = "", bits = ""] = /^([^/]+)\/(\d{1,3})$/.exec(entry) ?? [];
  const version = isIP(address);
  if (version === 0 || Number(bits) > (version === 4 ? 32 : 128)) return undefined;
  const list = new BlockList();
  list.addSubnet(address, Number(bits), family(address));
  return list;
}

/** `host`, `host:port`, `[address]:port`; an IPv6 address without brackets has no port. */
function splitPort(entry: string): [name: string, port: string | undefined] {
  if (isIP(entry) !== 0) return [entry, undefined];
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(entry) ?? [];
  return [bracketed ?? plain ?? entry, port];
}

function contains(list: BlockList, host: string): boolean {
  return isIP(host) !== 0 && list.check(host, family(host));
}

function family(address: string): "ipv4" | "ipv6" {
  return isIP(address) === 4 ? "ipv4" : "ipv6";
}
