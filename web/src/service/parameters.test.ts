import { expect, it } from "vitest";
import { chosen, parametersOf, read, slider, textOf } from "./parameters";

const known = parametersOf({
  properties: {
    min_price: { type: "number", default: 50, minimum: 0, maximum: 1_000_000, description: "price as traded, from" },
    bars: { type: "integer", default: 5, minimum: 1, maximum: 250 },
    location: { type: "number", default: 0.8, exclusiveMinimum: 0.5, maximum: 1 },
    change: { anyOf: [{ type: "number", minimum: -100 }, { type: "null" }], default: null },
    side: { enum: ["none", "long"], default: "none", type: "string" },
    og: { type: "boolean", default: false },
    names: { type: "array", items: { type: "string" }, default: ["a", "b"] },
  },
});
const named = (name: string) => known.find((one) => one.name === name) ?? expect.fail(name);

it.each([
  ["min_price", "5", { value: 5 }],
  ["min_price", "-1", { wrong: "0 or more" }],
  ["min_price", "2e6", { wrong: "1000000 or less" }],
  ["min_price", "five", { wrong: "a number" }],
  ["min_price", "", { wrong: "a number" }],
  ["bars", "2.5", { wrong: "a whole number" }],
  ["location", "0.5", { wrong: "more than 0.5" }],
  ["change", "", { value: null }],
  ["change", "-101", { wrong: "-100 or more" }],
  ["og", "true", { value: true }],
  ["side", "long", { value: "long" }],
  ["names", "a, c,", { value: ["a", "c"] }],
])("%s: %j is refused or taken as the service does", (name, text, answer) => {
  expect(read(named(name), text)).toEqual(answer);
});

it("a slider is only where the bounds are near enough", () => {
  expect(slider(named("bars"))).toEqual({ min: 1, max: 250, step: 1 });
  expect(slider(named("min_price"))).toBeNull();
});

it("an address says only what differs from the defaults", () => {
  expect(chosen(known, { min_price: 50, bars: 7, change: null, names: ["a", "b"] })).toEqual({ bars: 7 });
  expect(chosen(known, { min_price: 50 })).toBeUndefined();
});

it("a list is written with commas, and reads back", () => {
  expect(read(named("names"), textOf(["a", "b"]))).toEqual({ value: ["a", "b"] });
});
