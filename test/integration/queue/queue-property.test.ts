import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectRedis } from "../../../shared/redis/connect.ts";
import { QueueWorld, type Without } from "../../support/queue-world/queue-world.ts";
import { RecordedLog, until } from "../../support/recorded.ts";
import { startRedis, type TestRedis } from "../../support/redis.ts";
import { redisState } from "../../support/redis-reports.ts";

/** `QUEUE_RUNS=10000 QUEUE_SEED=1 npx vitest run queue-property` for a long search. */
const RUNS = Number(process.env.QUEUE_RUNS ?? 100);
const FIRST_SEED = Number(process.env.QUEUE_SEED ?? Date.now() % 1_000_000);

let redis: TestRedis;
let command: ReturnType<typeof connectRedis>;

beforeAll(async () => {
  redis = await startRedis();
  command = connectRedis(redis.settings, "command", redisState(redis.settings, new RecordedLog()));
  await until("Redis is connected", () => command.status === "ready");
});

afterAll(async () => {
  command.disconnect();
  await redis[Symbol.asyncDispose]();
});

async function violationsOf(seed: number, without?: Without): Promise<readonly string[]> {
  await command.flushdb();
  const world = new QueueWorld(seed, command, without);
  await world.run();
  return world.violations;
}

describe("installations on one Redis", () => {
  it(`get every payload that they took, and none of another's (${RUNS} runs from seed ${FIRST_SEED})`, {
    timeout: 3_600_000,
  }, async () => {
    const broken: string[] = [];
    for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed += 1) {
      const [first] = await violationsOf(seed);
      if (first !== undefined) broken.push(`seed ${seed}: ${first}`);
    }
    expect(broken).toEqual([]);
  });

  it.each<Without>(["check at add", "check at fetch", "queues of one's own"])(
    "mix up their payloads without the rule: %s",
    async (without) => {
      const broken: string[] = [];
      for (let seed = 1; seed <= 200 && broken.length === 0; seed += 1)
        broken.push(...(await violationsOf(seed, without)));
      expect(broken[0]).toMatch(/arrived under/);
    },
  );
});
