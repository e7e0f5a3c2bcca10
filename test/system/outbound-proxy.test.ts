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

afterEach(stopAll);

it.each([
  { scheme: "https", variable: "HTTPS_PROXY" },
  { scheme: "http", variable: "http_proxy" },
])("$scheme links are reached through the proxy of $variable: stream, events and goals", async (link) => {
  const { scheme, variable } = link;
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
`,
    env: {
      [variable]: `http://${USER}@127.0.0.1:${proxy.port}`,
      NODE_EXTRA_CA_CERTS: tls.certificateFile,
    },
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
  expect(relay.output.join("\n")).toContain(
    `${variable}: LaunchDarkly's ${scheme}:// links are reached through http://127.0.0.1:${proxy.port}`,
  );
  expect(relay.output.join("\n")).not.toMatch(/se(%40|@)cret/);
});
