import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { elementTexts, memberSlices } from "../../../shared/model/raw-json.ts";

const members = (json: string): Record<string, string> =>
  Object.fromEntries([...memberSlices(json)].map(([name, { start, end }]) => [name, json.slice(start, end)]));

describe("raw JSON", () => {
  it("finds each member's text as it was written", () => {
    const json =
      ' { "a" : 1.0 , "b":{"x":[1,{"y":"}"}]},\n"c": "q\\"\\\\" ,"d":12345678901234567890,"e":[ ],"f":null}';
    expect(members(json)).toEqual({
      a: "1.0",
      b: '{"x":[1,{"y":"}"}]}',
      c: '"q\\"\\\\"',
      d: "12345678901234567890",
      e: "[ ]",
      f: "null",
    });
  });

  it("treats names such as __proto__ and escaped ones as ordinary", () => {
    expect([...memberSlices('{"__proto__":1,"\\u0061":2}').keys()]).toEqual(["__proto__", "a"]);
  });

  it("lets the last of two equal names count, as JSON.parse does", () => {
    expect(members('{"a":1,"a":2}')).toEqual({ a: "2" });
  });

  it("refuses what is no object or array", () => {
    expect(() => memberSlices("[1]")).toThrow(TypeError);
    expect(() => elementTexts("{}")).toThrow(TypeError);
  });

  it("agrees with JSON.parse for any object and any array", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.integer({ min: 0, max: 3 }),
        (value, indent) => {
          const json = JSON.stringify(value, null, indent);
          const parsed = [...memberSlices(json)].map(([name, s]) => [
            name,
            JSON.parse(json.slice(s.start, s.end)),
          ]);
          expect(parsed).toEqual(Object.entries(JSON.parse(json)).map(([name, v]) => [name, v]));
        },
      ),
    );
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.integer({ min: 0, max: 3 }), (value, indent) => {
        const json = JSON.stringify(value, null, indent);
        expect(elementTexts(json).map((text) => JSON.parse(text))).toEqual(JSON.parse(json));
      }),
    );
  });
});
