import fc from "fast-check";
import { expect, it } from "vitest";
import { type Claim, claimsAgree, encodeClaim } from "../../../shared/model/claim.ts";
import { CLAIMS_AGREE } from "../../../shared/redis/claim-script.ts";
import { startRedis } from "../../support/redis.ts";

const SCRIPT = `${CLAIMS_AGREE}\nreturn claims_agree(ARGV[1], ARGV[2]) and 1 or 0`;

const claims: fc.Arbitrary<Claim> = fc
  .record({
    envId: fc.option(fc.constantFrom("1", "2", "a|%b"), { nil: undefined }),
    fingerprints: fc.uniqueArray(fc.constantFrom("0a", "0a0b", "1c", "2d"), { maxLength: 3 }),
    name: fc.string(),
  })
  .map(({ envId, ...others }) => ({ ...(envId !== undefined && { envId }), ...others }));

it("says in Redis what is said here", async () => {
  await using redis = await startRedis();
  await redis.client(async (client) => {
    const inRedis = async (one: string, other: string): Promise<boolean> =>
      (await client.eval(SCRIPT, 0, one, other)) === 1;
    await fc.assert(
      fc.asyncProperty(claims, claims, async (one, other) => {
        expect(await inRedis(encodeClaim(one), encodeClaim(other))).toBe(claimsAgree(one, other));
      }),
      { numRuns: 500 },
    );
    expect(await inRedis("no claim", "no claim")).toBe(false);
  });
});
