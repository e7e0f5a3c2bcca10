import { describe, expect, it } from "vitest";
import { SseParser } from "../../support/sse-parser.ts";

function parsed(...chunks: readonly (string | Buffer)[]): SseParser {
  const parser = new SseParser();
  for (const chunk of chunks) parser.push(Buffer.from(chunk));
  return parser;
}

const eventsOf = ({ events }: SseParser) => events.map(({ event, data }) => [event, data]);

describe("the parser of server-sent events", () => {
  it("reads events whatever the chunks they come in", () => {
    const bytes = Buffer.from("event: put\ndata: ö\n\n:\ndata:1\ndata:  2\r\n\r\nevent: ping\ndata:  \n\n");
    const whole = [
      ["put", "ö"],
      ["message", "1\n 2"],
      ["ping", " "],
    ];
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const parser = parsed(bytes.subarray(0, cut), bytes.subarray(cut));
      expect(eventsOf(parser)).toEqual(whole);
      expect(parser.comments).toBe(1);
    }
  });

  it("dispatches nothing for an event without data, or one that has not ended", () => {
    expect(eventsOf(parsed("event: put\n\n", "data: 1\n"))).toEqual([]);
  });
});
