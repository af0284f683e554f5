import { beforeEach, expect, it, vi } from "vitest";
import { Drawing } from "./drawing";
import { chosen } from "./indicators";
import type { Palette } from "./marks";

const fake = vi.hoisted(() => {
  const nothing = () => undefined;
  const added: { kind: string; pane: number; setData: ReturnType<typeof vi.fn> }[] = [];
  const stretch = vi.fn();
  const chart = {
    addSeries: (kind: string, _: object, pane = 0) => {
      const series = { kind, pane, setData: vi.fn(), seriesType: () => kind, priceScale: () => ({ applyOptions: nothing }), attachPrimitive: nothing, createPriceLine: nothing };
      added.push(series);
      return series;
    },
    removeSeries: (series: (typeof added)[number]) => added.splice(added.indexOf(series), 1),
    panes: () => [...new Set(added.map(({ pane }) => pane))].map(() => ({ setStretchFactor: stretch })),
  };
  return { added, stretch, chart };
});
vi.mock("lightweight-charts", () => ({
  CandlestickSeries: "Candlestick",
  HistogramSeries: "Histogram",
  LineSeries: "Line",
  LineStyle: {},
  createChart: () => fake.chart,
  createSeriesMarkers: () => undefined,
}));

const PALETTE = { up: "#0f0", down: "#f00" } as Palette;
const lines = (ids: string[], ...values: number[]) =>
  chosen(ids, false).map((indicator) => ({ indicator, parts: indicator.parts.map(() => values.map((value, time) => ({ time, value }))) }));
const drawn = () => fake.added.slice(2); // behind candles and volume

beforeEach(() => {
  fake.added.length = 0;
  fake.stretch.mockClear();
});

it("gives lines that are there what is new, and leaves them and their panes as they are", () => {
  const drawing = new Drawing({} as HTMLElement, PALETTE, true);
  drawing.showLines(lines(["sma20", "macd"], 1));
  const before = drawn();
  expect(before.map(({ kind, pane }) => `${kind} ${pane}`)).toEqual(["Line 0", "Histogram 1", "Line 1", "Line 1"]);
  fake.stretch.mockClear();
  drawing.showLines(lines(["sma20", "macd"], 1, -2));
  expect(drawn()).toEqual(before);
  expect(fake.stretch).not.toHaveBeenCalled();
  expect(before[0]?.setData).toHaveBeenLastCalledWith([{ time: 0, value: 1 }, { time: 1, value: -2 }]);
  expect(before[1]?.setData).toHaveBeenLastCalledWith([{ time: 0, value: 1, color: "#0f099" }, { time: 1, value: -2, color: "#f0099" }]);
});

it("makes lines and panes anew for other indicators, and none for none", () => {
  const drawing = new Drawing({} as HTMLElement, PALETTE, true);
  drawing.showLines(lines(["sma20"], 1));
  const before = drawn();
  drawing.showLines(lines(["sma50", "rsi14"], 1));
  expect(drawn().map(({ kind, pane }) => `${kind} ${pane}`)).toEqual(["Line 0", "Line 1"]);
  expect(drawn()).not.toContain(before[0]);
  expect(fake.stretch.mock.calls.slice(-2)).toEqual([[4], [1]]);
  drawing.showLines([]);
  expect(drawn()).toEqual([]);
});
