import { afterEach, expect, it, onTestFinished } from "vitest";
import { flag } from "../../simulator/content.ts";
import { startLaunchDarkly } from "../../simulator/simulator.ts";
import { eventually } from "../support/eventually.ts";
import { startForwardProxy } from "../support/forward-proxy.ts";
import { startRelay, stopAll } from "../support/relay-process.ts";
import { removeFolder, tempFolder } from "../support/temp-folder.ts";
import { startTlsFront } from "../support/tls-front.ts";

const NAME = "launchdarkly.test";
const SDK_KEY = "sdk-proxy-0123456789";
const USER = "relay:se%40cret";
const AUTHORIZATION = `Basic ${Buffer.from("relay:se@cret").toString("base64")}`;

const section = (port: number, caFile: string): string => `
[Proxy]
url = http://127.0.0.1:${port}
user = relay
password = se@cret
caCertFiles = ${caFile}
`;

afterEach(stopAll);

it.each([
  { scheme: "https", by: "HTTPS_PROXY", trust: "NODE_EXTRA_CA_CERTS" },
  { scheme: "https", by: "HTTPS_PROXY", trust: "SSL_CERT_FILE" },
  { scheme: "http", by: "http_proxy", trust: "SSL_CERT_FILE" },
  { scheme: "https", by: "[Proxy] url", trust: "[Proxy] caCertFiles" },
  { scheme: "http", by: "[Proxy] url", trust: "[Proxy] caCertFiles" },
])("$scheme links take the proxy of $by, trusting by $trust: stream, events and goals", async (link) => {
  const { scheme, by, trust } = link;
  await using ld = await startLaunchDarkly();
  const upstream = ld.environment(SDK_KEY, { envId: "env-id" });
  upstream.set(flag("checkout"));
  upstream.goals.body = '[{"key":"click"}]';
  const plainPort = Number(new URL(ld.url).port);
  await using tls = await startTlsFront(NAME, plainPort);
  const port = scheme === "https" ? tls.port : plainPort;
  await using proxy = await startForwardProxy({
    targets: { [`${NAME}:${port}`]: port },
    authorization: AUTHORIZATION,
  });
  const dataDir = tempFolder();
  onTestFinished(() => removeFolder(dataDir));
  const uri = `${scheme}://${NAME}:${port}`;
  await using relay = await startRelay({
    config: (ports) => `
[Main]
port = ${ports.port}
streamUri = ${uri}
baseUri = ${uri}
clientSideBaseUri = ${uri}
dataDir = ${dataDir}
[Admin]
port = ${ports.adminPort}
[Events]
sendEvents = true
eventsUri = ${uri}
[Environment "shop"]
sdkKey = ${SDK_KEY}
envId = env-id
${by.startsWith("[") ? section(proxy.port, tls.caFile) : ""}
`,
    env: by.startsWith("[") ? {} : { [by]: `http://${USER}@127.0.0.1:${proxy.port}`, [trust]: tls.caFile },
  });
  await relay.waitUntilReady();
  const bulk = await fetch(`${relay.url}/bulk`, {
    method: "POST",
    headers: { Authorization: SDK_KEY, "X-LaunchDarkly-Event-Schema": "4" },
    body: '[{"kind":"custom"}]',
  });
  expect(bulk.status).toBe(202);
  await eventually("the events to arrive", () => ld.events.accepted.length === 1);
  const goals = await fetch(`${relay.url}/sdk/goals/env-id`);
  expect(await goals.text()).toBe('[{"key":"click"}]');

  const asked = [...new Set(proxy.asked)].toSorted();
  const expected =
    scheme === "https"
      ? [`CONNECT ${NAME}:${port}`]
      : [`GET ${uri}/all`, `GET ${uri}/sdk/goals/env-id`, `POST ${uri}/bulk`];
  expect(asked).toEqual(expected);
  expect(proxy.refused).toBe(0);
  expect(relay.output.join("\n")).toMatch(new RegExp(` reached through http://127.0.0.1:${proxy.port}\\b`));
  expect(relay.output.join("\n")).not.toMatch(/se(%40|@)cret/);
});
