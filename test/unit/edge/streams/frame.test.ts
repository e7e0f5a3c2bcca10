import { expect, it } from "vitest";
import { Frame, HEARTBEAT } from "../../../../services/edge/streams/frame.ts";

it("a frame is its text, and the same as one chunk counted in bytes", () => {
  const frame = new Frame("data: déjà vu 🎈\n\n");
  expect(frame.plain.toString()).toBe("data: déjà vu 🎈\n\n");
  expect(frame.chunked.toString()).toBe("16\r\ndata: déjà vu 🎈\n\n\r\n");
});

it("a heartbeat is two bytes, which no SDK takes for an event", () => {
  expect(HEARTBEAT.plain.toString()).toBe(":\n");
  expect(HEARTBEAT.chunked.toString()).toBe("2\r\n:\n\r\n");
});
