import { gunzipSync } from "node:zlib";
import { expect, it } from "vitest";
import type { EventPost } from "../../../simulator/event-log.ts";
import { SeededRandom } from "../../support/bus-world/seeded-random.ts";
import { arrivedPost } from "../../system/chaos/arrived-post.ts";
import { addressed, type EventAddress, eventAddress } from "../../system/chaos/event-address.ts";
import { digest, type MarkedPayload, markedPayload, wireDigest } from "../../system/chaos/marked-payload.ts";

const KEYS = { sdkKey: "sdk", mobileKey: "mob", envId: "env" };
const random = new SeededRandom(1);
const payloads = Array.from({ length: 400 }, (_, n) => markedPayload(random, "round", n));

/** The payload as the relay delivers it directly. */
function delivered({ headers, body }: MarkedPayload, { path, authorization }: EventAddress): EventPost {
  const plain = headers["content-encoding"] === "gzip" ? gunzipSync(body) : body;
  return {
    ...{ path, rawBody: body, at: 0, accepted: true, json: () => JSON.parse(plain.toString()) },
    headers: { ...headers, ...(authorization !== undefined && { authorization }) },
  };
}

it("is told from all others by what is in it, whichever SDKs sent it", () => {
  const kinds = new Set<string>();
  for (const payload of payloads.filter(({ id, summarised }) => id !== undefined && !summarised)) {
    const { sdk, contents, id, markers, body } = payload;
    const address = eventAddress(sdk, contents, KEYS);
    kinds.add(`${sdk} ${contents}`);
    expect(arrivedPost(delivered(payload, address))).toEqual({
      ...{ id, accepted: true, digest: digest(body), wireDigest: wireDigest(body) },
      counts: new Map(markers.map((marker) => [addressed(address, marker), 1])),
    });
  }
  expect([...kinds].sort()).toEqual([
    ...["browser analytics", "browser diagnostic", "mobile analytics"],
    ...["mobile diagnostic", "server analytics", "server diagnostic"],
  ]);
});

it("is a stranger where others' events go", () => {
  const payload = payloads.find(({ sdk, contents }) => sdk === "mobile" && contents === "diagnostic");
  if (payload === undefined) throw new Error("there is no such payload");
  const wrong = eventAddress("server", "diagnostic", KEYS);
  const own = payload.markers.map((marker) => addressed(eventAddress("mobile", "diagnostic", KEYS), marker));
  const { counts } = arrivedPost(delivered(payload, wrong));
  expect([...counts.keys()].filter((marker) => own.includes(marker))).toEqual([]);
});
