import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { flag } from "../../../simulator/content.ts";
import { startLaunchDarkly } from "../../../simulator/simulator.ts";
import { eventually } from "../../support/eventually.ts";
import { startRelay } from "../../support/relay-process.ts";
import { removeFolder, tempFolder } from "../../support/temp-folder.ts";
import { ask, untilAllAgree } from "./agreement.ts";
import { openStream, relayConfig, sdkKeyOf } from "./deployment.ts";

it("all in one starts its private Redis again when that is killed, and everybody agrees again", async () => {
  const dataDir = tempFolder();
  onTestFinished(() => removeFolder(dataDir));
  await using ld = await startLaunchDarkly();
  const upstream = ld.environment(sdkKeyOf("shop"));
  upstream.set(flag("checkout", { version: 1, on: false }));
  await using relay = await startRelay({
    config: (ports) =>
      relayConfig(ld.url, ["shop"], ports, "").replace("[Main]\n", `[Main]\ndataDir = ${dataDir}\n`),
  });
  await relay.waitUntilReady();
  const stream = await openStream(relay, "shop");
  onTestFinished(() => stream.close());
  const redisUrl = join(dataDir, "redis.sock");
  const parties = { upstream, redisUrl, prefix: "shop", streams: [stream] };
  await untilAllAgree("at first", parties);

  const redisPid = () =>
    ask(redisUrl, async (redis) => Number(/process_id:(\d+)/.exec(await redis.info("server"))?.[1]));
  const killed = await redisPid();
  process.kill(killed, "SIGKILL");
  upstream.change("flags", "checkout", { on: true });
  await eventually("another Redis", async () => (await redisPid()) !== killed);
  await untilAllAgree("after the restart", parties);
  upstream.change("flags", "checkout", { on: false });
  await untilAllAgree("after a further change", parties);
  expect(stream.events.map(({ event }) => event)).toEqual(["put", "patch", "patch"]);
  stream.close();
  expect(await relay.stop()).toEqual({ code: 0, signal: null });
});
