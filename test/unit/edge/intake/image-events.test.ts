import { expect, it } from "vitest";
import { imageEvents } from "../../../../services/edge/intake/image-events.ts";

const events = '[{"kind":"custom","key":"~~~???>>>"}]';
const base64 = Buffer.from(events).toString("base64");

it.each([
  ["base64", base64],
  ["base64 whose plus signs were not escaped", base64.replaceAll("+", " ")],
  ["base64 for addresses", Buffer.from(events).toString("base64url")],
])("finds the events in %s", (_what, data) => {
  expect(imageEvents(data)?.toString()).toBe(events);
});

it.each([
  ["nothing", undefined],
  ["no base64", "!!!"],
  ["no JSON", Buffer.from("[nonsense").toString("base64")],
  ["no array", Buffer.from("{}").toString("base64")],
])("finds none in %s", (_what, data) => {
  expect(imageEvents(data)).toBe(undefined);
});
