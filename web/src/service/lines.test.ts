import { expect, it } from "vitest";
import { Lines } from "./lines";

it("is open when every line is, and says since when it is not", () => {
  const lines = new Lines();
  lines.turn("a", "open", 1_000);
  lines.turn("b", "connecting", 1_000);
  expect(lines.now()).toMatchObject({ state: "connecting", lostAt: null });
  lines.turn("b", "open", 2_000);
  lines.lags("b", 12);
  expect(lines.now()).toEqual({ state: "open", lag: 12, lostAt: null });
  lines.turn("a", "waiting", 3_000);
  lines.turn("b", "waiting", 4_000);
  lines.turn("a", "connecting", 5_000);
  lines.turn("a", "waiting", 6_000);
  expect(lines.now()).toEqual({ state: "waiting", lag: null, lostAt: 3_000 });
  lines.turn("a", "open", 7_000);
  expect(lines.now()).toMatchObject({ state: "waiting", lostAt: 4_000 });
});

it("a line that is not wanted any more holds nobody up", () => {
  const lines = new Lines();
  lines.turn("a", "open");
  lines.turn("b", "waiting");
  lines.drop("b");
  expect(lines.now().state).toBe("open");
});

it("tells who listens, with the same object until something changes", () => {
  const lines = new Lines();
  let told = 0;
  const leave = lines.listen(() => told++);
  lines.turn("a", "open");
  expect(lines.now()).toBe(lines.now());
  leave();
  lines.turn("a", "waiting");
  expect(told).toBe(1);
});
