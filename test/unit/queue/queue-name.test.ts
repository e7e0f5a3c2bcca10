import fc from "fast-check";
import { expect, it } from "vitest";
import { deadLetterQueueName, eventQueueName } from "../../../shared/queue/queue-name.ts";

it("names a queue after an environment's id where that is safe", () => {
  expect(eventQueueName("5f3c8e2a91d4b7001234abcd")).toBe("events-5f3c8e2a91d4b7001234abcd");
  expect(eventQueueName("Spree Project: Production")).toMatch(
    /^events-spree-project-production\.[0-9a-f]{12}$/,
  );
});

it("gives every environment names of its own, that BullMQ takes", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string({ unit: "binary" }), { minLength: 2, maxLength: 5 }), (ids) => {
      const names = ids.flatMap((id) => [eventQueueName(id), deadLetterQueueName(id)]);
      expect(new Set(names).size).toBe(names.length);
      for (const name of names) expect(name).toMatch(/^[A-Za-z0-9_.-]{1,80}$/);
    }),
  );
});
