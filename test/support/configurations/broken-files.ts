/** Enough for a configuration to be valid. */
const ONE_ENVIRONMENT = '[Environment "Production"]\nsdkKey = sdk-production\n';

/** A file, and all that must be said about it at once, in this order; the file is called `relay.conf`. */
interface BrokenFile {
  readonly name: string;
  readonly text: string;
  readonly variables?: Record<string, string>;
  readonly problems: readonly string[];
}

/** At least ten ways to get a configuration wrong. */
export const BROKEN_FILES: readonly BrokenFile[] = [
  {
    name: "an empty one",
    text: "",
    problems: [
      'you must specify at least one environment in your configuration, as [Environment "NAME"] with sdkKey, or LD_ENV_NAME',
    ],
  },
  {
    name: "misspelled names",
    text: `${ONE_ENVIRONMENT}sdkkKey = k\n[Mian]\nport = 1\n[Main]\nprot = 8030\nsendEvents = true\nqwertz = 1`,
    problems: [
      'relay.conf, line 3: unsupported or misspelled section "Environment", variable "sdkkKey"; did you mean "sdkKey"?',
      'relay.conf, line 4: unsupported or misspelled section "Mian"; did you mean "Main"?',
      'relay.conf, line 7: unsupported or misspelled section "Main", variable "prot"; did you mean "port"?',
      'relay.conf, line 8: unsupported or misspelled section "Main", variable "sendEvents"; it belongs in [Events]',
      'relay.conf, line 9: unsupported or misspelled section "Main", variable "qwertz"',
    ],
  },
  {
    name: "values of the wrong kind",
    text: `[Main]
heartbeatInterval = 15
port = 0
streamUri = stream.launchdarkly.com
logLevel = loud
exitOnError = perhaps
${ONE_ENVIRONMENT}[Events]
capacity = many
maxInboundPayloadSize = 10
`,
    problems: [
      'relay.conf, line 2: [Main] heartbeatInterval: not a valid duration: it needs a unit; did you mean "15s"?',
      "relay.conf, line 3: [Main] port: value must be greater than zero",
      "relay.conf, line 4: [Main] streamUri: must be an absolute URL/URI",
      'relay.conf, line 5: [Main] logLevel: "loud" is not a valid log level (debug, info, warn, error, none)',
      "relay.conf, line 6: [Main] exitOnError: not a valid boolean (true or false)",
      "relay.conf, line 10: [Events] capacity: not a valid integer",
      'relay.conf, line 11: [Events] maxInboundPayloadSize: not a valid size (examples: "512KiB", "10MiB"; units: B KiB MiB GiB TiB PiB EiB)',
    ],
  },
  {
    name: "broken syntax",
    text: `port = 1\n[Main\nbaseUri = x\n[Main]\ndataDir = C:\\data\nstreamUri = "https://x\nlogLevel\n${ONE_ENVIRONMENT}what is this`,
    problems: [
      "relay.conf, line 1: port: is before the first [Section]",
      'relay.conf, line 2: a section is written [Name] or [Name "subname"]',
      "relay.conf, line 5: dataDir: a backslash must stand inside quotes, doubled, or be followed by one more line",
      "relay.conf, line 6: streamUri: a quote is not closed",
      "relay.conf, line 7: [Main] logLevel: has no value: write logLevel = …",
      "relay.conf, line 10: expected a [Section] or key = value; a key is a letter, then letters or digits",
    ],
  },
  {
    name: "environments in each other's way",
    text: `[Environment "A"]
sdkKey = same
prefix = p
[Environment "B"]
sdkKey = same
envId = id
prefix = p
[Environment "C"]
mobileKey = m
envId = id
`,
    problems: [
      'relay.conf, line 4: [Environment "B"] has the same SDK key as [Environment "A"]',
      'relay.conf, line 4: [Environment "B"] has the same prefix as [Environment "A"]',
      'relay.conf, line 8: [Environment "C"] has the same client-side ID as [Environment "B"]',
      'relay.conf, line 8: SDK key is required for environment "C"',
    ],
  },
  {
    name: "UTF-16, as some editors save it",
    text: '[Main]\nport = x\n[Environment "A"]\n'.replace(/./g, "$&\0"),
    problems: ["relay.conf, line 1: this is UTF-16 and not UTF-8 text: save the file as UTF-8"],
  },
  {
    name: "comments of another language",
    text: `// My relay\n${ONE_ENVIRONMENT}// The port\n[Main]\nport = 8031 // of SDKs\n//heartbeatInterval = 15s\n`,
    problems: [
      "relay.conf, line 1: // does not begin a comment: write # or ;, here and in line 4, 7",
      "relay.conf, line 6: [Main] port: not a valid integer (// does not begin a comment: write # or ;)",
    ],
  },
  {
    name: "no environments, where they would come from elsewhere",
    text: "[AutoConfig]\nkey = rel-secret\n",
    problems: [
      "relay.conf, line 2: [AutoConfig] key: auto-configuration is not supported yet; list the environments, and remove this setting",
    ],
  },
  {
    name: "sections with and without names",
    text: `[Main "x"]\n[Environment]\n[Environment ""]\n[Environment.x]\n${ONE_ENVIRONMENT}`,
    problems: [
      "relay.conf, line 1: [Main] takes no name: write [Main]",
      'relay.conf, line 2: [Environment] needs a name, as in [Environment "Production"]',
      'relay.conf, line 3: [Environment] needs a name, as in [Environment "Production"]',
      'relay.conf, line 4: a section is written [Name] or [Name "subname"]',
    ],
  },
  {
    name: "what is not served, or not yet",
    text: `[Main]
tlsEnabled = true
[Environment "A"]
sdkKey = k
filterKey = f
offline = true
[Filters "p"]
keys = a,b
[Proxy]
url = http://user:secret@proxy
ntlmAuth = true
domain = CORP
[AutoConfig]
key = rel-secret
envDatastorePrefix = p-$CID
[OfflineMode]
fileDataSource = /archive
envAllowedOrigin = https://a.example
`,
    problems: [
      "relay.conf, line 2: [Main] tlsEnabled: TLS towards SDKs is not supported yet; terminate it at a load balancer, and remove this setting",
      'relay.conf, line 5: [Environment "A"] filterKey: payload filters are not supported yet; remove this setting',
      'relay.conf, line 6: [Environment "A"] offline: a single environment cannot be offline: see [OfflineMode]; remove this setting',
      'relay.conf, line 8: [Filters "p"] keys: payload filters are not supported yet; remove this setting',
      "relay.conf, line 11: [Proxy] ntlmAuth: proxies that want NTLM are not supported: run a helper such as Cntlm or Px, and configure that helper as [Proxy] url; with Basic, [Proxy] user and [Proxy] password suffice",
      "relay.conf, line 14: [AutoConfig] key: auto-configuration is not supported yet; list the environments, and remove this setting",
      "relay.conf, line 17: cannot specify both auto-configuration key and file data source",
      "relay.conf, line 17: cannot configure specific environments if offline mode is enabled",
    ],
  },
  {
    name: "other databases and metrics",
    text: `${ONE_ENVIRONMENT}[DynamoDB]\nenabled = true\n[Consul]\nhost = h\n[Datadog]\nenabled\ntag = a:b\n[Stackdriver]\nenabled = yes`,
    variables: { USE_CONSUL: "1", USE_DATADOG: "perhaps" },
    problems: [
      "relay.conf, line 3: [DynamoDB]: DynamoDB is not served: flag data are kept in Redis; set [Redis] url, point SDKs in daemon mode there, and remove it",
      "relay.conf, line 5: [Consul]: Consul is not served: flag data are kept in Redis; set [Redis] url, point SDKs in daemon mode there, and remove it",
      "USE_CONSUL: Consul is not served: flag data are kept in Redis; set REDIS_URL, point SDKs in daemon mode there, and remove it",
    ],
  },
  {
    name: "a Redis in two places",
    text: `${ONE_ENVIRONMENT}[Redis]
url = unix:///run/redis.sock?db=1
host = bad host
port = 1
db = 2
tls = true
`,
    problems: [
      "relay.conf, line 5: [Redis] host: invalid Redis hostname",
      "relay.conf, line 5: please specify Redis URL or host/port, but not both",
      "relay.conf, line 7: [Redis] db: the URL names another database",
      "relay.conf, line 8: [Redis] tls: a unix socket has no TLS",
    ],
  },
  {
    name: "a file and variables that are both wrong",
    text: `[Admin]\nport = 9000\nhost = a b\n[Events]\nmaxInboundPayloadSize = 0B\n[Environment "A"]\nttl = 5`,
    variables: {
      PROMETHEUS_PORT: "9001",
      PORT: "eighty",
      LD_ENV_: "k",
      LD_TTL_A: "1 h",
      INIT_TIMEOUT: "-1s",
    },
    problems: [
      "relay.conf, line 3: [Admin] host: not a valid host name or address",
      "relay.conf, line 5: [Events] maxInboundPayloadSize: max inbound payload size must be greater than zero",
      'relay.conf, line 6: SDK key is required for environment "A"',
      "LD_ENV_: a name must follow, as in LD_ENV_Production",
      "PORT: not a valid integer",
      "INIT_TIMEOUT: must not be negative",
      "PROMETHEUS_PORT: PROMETHEUS_PORT and ADMIN_PORT mean the same listener but differ: remove one of them",
      'LD_TTL_A: not a valid duration (examples: "15s", "1m30s")',
    ],
  },
];
