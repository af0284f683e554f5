// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { SmallChart } from "./SmallChart";

const NEAR = [
  { name: "2nd target", price: 10.4, side: "up" as const },
  { name: "target", price: 10.3, side: "up" as const },
  { name: "entry", price: 10.2, side: "" as const },
  { name: "stop", price: 10.1, side: "down" as const },
];

it("names of levels stand right of the candles and of their lines, each for itself, and say whose they are", () => {
  const queries = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } });
  const bars = [1, 2, 3].map(() => ({ open: 10, high: 12, low: 9, close: 11, volume: 1 }));
  queries.setQueryData(["small-chart", "NVDA", "1d", undefined, undefined], { symbol: "NVDA", bars });
  render(
    <QueryClientProvider client={queries}>
      <SmallChart symbol="NVDA" asked={{ scanner: "breakout" }} levels={NEAR} whose="scan" />
    </QueryClientProvider>,
  );
  const chart = screen.getByRole("img", { name: /with the levels of the scan: 2nd target 10.40/ });
  const number = (element: Element, name: string) => Number(element.getAttribute(name));
  const names = [...chart.querySelectorAll("text:nth-of-type(1)")];
  const candles = [...chart.querySelectorAll("rect")].map((one) => number(one, "x") + number(one, "width"));
  const lines = [...chart.querySelectorAll("polyline")].flatMap((one) => (one.getAttribute("points") ?? "").split(" ").map((point) => Number(point.split(",")[0])));
  expect(names.map(({ textContent }) => textContent)).toEqual(NEAR.map(({ name }) => name));
  expect(Math.min(...names.map((one) => number(one, "x")))).toBeGreaterThan(Math.max(...candles, ...lines));
  const feet = names.map((one) => number(one, "y"));
  expect(Math.min(...feet.slice(1).map((foot, index) => foot - (feet[index] ?? 0)))).toBeGreaterThanOrEqual(12);
});
