import { expect, it } from "vitest";
import type { ShownSignal } from "@/client";
import { csvOf } from "./signalFile";

const signal = (more: Partial<ShownSignal>) => ({ id: "1", symbol: "AAPL", labels: [], entry: -1.5, r: null, ...more }) as ShownSignal;

it("has a line of names, a line each, and an end", () => {
  const lines = csvOf([signal({}), signal({})]).split("\r\n");
  expect(lines).toHaveLength(4);
  expect(lines[0]).toMatch(/^id,symbol,scanner,/);
  expect(lines[1]?.split(",")).toHaveLength(lines[0]?.split(",").length ?? 0);
});
