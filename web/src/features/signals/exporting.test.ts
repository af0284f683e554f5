import { expect, it } from "vitest";
import type { ShownSignal } from "@/client";
import { csv } from "./exporting";

const signal = (more: Partial<ShownSignal>) => ({ id: "1", symbol: "AAPL", labels: [], entry: -1.5, r: null, ...more }) as ShownSignal;
const line = (text: string) => text.split("\r\n")[1] ?? "";

it("has a line of names, a line each, and an end", () => {
  const lines = csv([signal({}), signal({})]).split("\r\n");
  expect(lines).toHaveLength(4);
  expect(lines[0]).toMatch(/^id,symbol,scanner,/);
  expect(lines[1]?.split(",")).toHaveLength(lines[0]?.split(",").length ?? 0);
});

it("a text that a spreadsheet would run stands behind an apostrophe; a number below zero is a number", () => {
  expect(line(csv([signal({ symbol: "=HYPERLINK(1)" })]))).toContain(",'=HYPERLINK(1),");
  expect(line(csv([signal({})]))).toContain(",-1.5,");
});

it("commas and quotes stay within their field", () => {
  expect(line(csv([signal({ pattern: 'a "b", c' })]))).toContain('"a ""b"", c"');
  expect(line(csv([signal({ labels: ["simulated", "late"] })]))).toContain("simulated; late");
});
