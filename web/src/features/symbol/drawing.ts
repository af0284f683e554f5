import {
  CandlestickSeries,
  createChart,
  createSeriesMarkers,
  HistogramSeries,
  LineSeries,
  LineStyle,
  type IChartApi,
  type IPriceLine,
  type ISeriesApi,
  type ISeriesMarkersPluginApi,
  type MouseEventParams,
  type SeriesMarker,
  type Time,
  type UTCTimestamp,
} from "lightweight-charts";
import { fixed, price, short } from "@/shared/format";
import type { Indicator } from "./indicators";
import type { Level } from "./levels";
import type { Palette } from "./marks";
import { grownFrom, type Drawn } from "./series";
import type { Band } from "./sessions";
import { Shading } from "./shading";

/** A value of an indicator's part on a bar; null where it has none. */
export interface Value {
  time: number;
  value: number | null;
}

export interface Lines {
  indicator: Indicator;
  parts: readonly (readonly Value[])[];
}

/** Bars in sight at first. */
const IN_SIGHT = 130;
/** Fewer bars than this to the left of those in sight: older ones are wanted. */
const NEAR_LEFT = 30;
const PRICES = { type: "custom", formatter: price, minMove: 0.0001 } as const;
const VALUES = { type: "custom", formatter: (value: number) => (Math.abs(value) < 10_000 ? fixed(value, 2) : short(value)), minMove: 0.01 } as const;
const at = (time: number) => time as UTCTimestamp;

/** The chart on its canvas: told what to show, it keeps where one has scrolled to. */
export class Drawing {
  private readonly chart: IChartApi;
  private readonly candles: ISeriesApi<"Candlestick">;
  private readonly volume: ISeriesApi<"Histogram">;
  private readonly marks: ISeriesMarkersPluginApi<Time>;
  private readonly shading: Shading;
  private drawn: readonly Drawn[] = [];
  private levels: IPriceLine[] = [];
  private lines: ISeriesApi<"Line" | "Histogram">[] = [];
  /** Whose lines those are. An id says all of an indicator. */
  private indicators = "[]";
  private isShown = false;
  private isGone = false;

  constructor(
    box: HTMLElement,
    private readonly palette: Palette,
    isIntraday: boolean,
  ) {
    const { up, down, rule, quiet, ink } = palette;
    this.chart = createChart(box, {
      autoSize: true,
      // The library's mark writes a style into the page, which the page's policy forbids: a line below the chart names it.
      layout: { background: { color: "transparent" }, textColor: quiet, attributionLogo: false, fontSize: 11, panes: { separatorColor: rule, separatorHoverColor: rule } },
      grid: { vertLines: { visible: false }, horzLines: { color: rule } },
      crosshair: { vertLine: { labelBackgroundColor: quiet, color: quiet }, horzLine: { labelBackgroundColor: quiet, color: quiet } },
      rightPriceScale: { borderColor: rule },
      timeScale: { borderColor: rule, timeVisible: isIntraday, rightOffset: 6 },
    });
    this.candles = this.chart.addSeries(CandlestickSeries, { upColor: up, downColor: down, wickUpColor: up, wickDownColor: down, borderVisible: false, priceLineColor: ink, priceFormat: PRICES });
    this.candles.priceScale().applyOptions({ scaleMargins: { top: 0.08, bottom: 0.22 } });
    this.volume = this.chart.addSeries(HistogramSeries, { priceScaleId: "volume", priceFormat: { type: "volume" }, lastValueVisible: false, priceLineVisible: false });
    this.volume.priceScale().applyOptions({ scaleMargins: { top: 0.84, bottom: 0 } });
    this.shading = new Shading(palette);
    this.candles.attachPrimitive(this.shading);
    this.marks = createSeriesMarkers(this.candles, []);
  }

  remove(): void {
    this.isGone = true;
    this.chart.remove();
  }

  /** Draw the bars; where only the last one grew and others came, no more than those. */
  showBars(bars: readonly Drawn[]): void {
    const from = grownFrom(this.drawn, bars);
    this.drawn = bars;
    if (from === null) {
      this.candles.setData(bars.map((bar) => this.candle(bar)));
      this.volume.setData(bars.map((bar) => this.bar(bar)));
      return;
    }
    for (const bar of bars.slice(from)) {
      this.candles.update(this.candle(bar));
      this.volume.update(this.bar(bar));
    }
  }

  /** Look at the last of so many bars, once: from then on one scrolls oneself. */
  lookAtLast(count: number): void {
    if (this.isShown || count === 0) return;
    this.chart.timeScale().setVisibleLogicalRange({ from: count - IN_SIGHT, to: count + 6 });
    this.isShown = true;
  }

  shade(bands: readonly Band[]): void {
    this.shading.show(bands);
  }

  showMarks(marks: SeriesMarker<Time>[]): void {
    this.marks.setMarkers(marks);
  }

  showLevels(levels: readonly Level[]): void {
    this.levels.forEach((line) => this.candles.removePriceLine(line));
    const { ink, down, up, quiet } = this.palette;
    const looks = {
      entry: { color: ink, lineStyle: LineStyle.Solid },
      stop: { color: down, lineStyle: LineStyle.Dashed },
      target: { color: up, lineStyle: LineStyle.Dashed },
      own: { color: quiet, lineStyle: LineStyle.Dotted },
    };
    this.levels = levels.map(({ price, title, kind }) =>
      this.candles.createPriceLine({ price, title, lineWidth: 1, axisLabelVisible: kind !== "own", ...looks[kind] }),
    );
  }

  /** Draw what indicators say; lines and panes stay as they are, and as high as somebody made them, while the indicators do. */
  showLines(all: readonly Lines[]): void {
    const ids = JSON.stringify(all.map(({ indicator }) => indicator.id));
    if (ids !== this.indicators) this.makeLines(all.map(({ indicator }) => indicator));
    this.indicators = ids;
    const values = all.flatMap(({ indicator, parts }) => indicator.parts.map((_, index) => parts[index] ?? []));
    this.lines.forEach((line, index) => line.setData((values[index] ?? []).map((one) => this.point(line, one))));
  }

  /** Lines are told apart by how they are drawn, not by colours, which mean up and down here. */
  private makeLines(indicators: readonly Indicator[]): void {
    this.lines.forEach((line) => this.chart.removeSeries(line));
    this.lines = [];
    let pane = 0;
    let place = 0;
    for (const indicator of indicators) {
      const inPane = indicator.pane ? ++pane : 0;
      indicator.parts.forEach((part, index) => {
        const look = lookOf(indicator.pane ? index : place, this.palette);
        const line = part.kind === "histogram" ? this.histogram(inPane) : this.line(inPane, look, part.kind === "dots");
        if (index === 0) indicator.guides?.forEach((guide) => line.createPriceLine({ price: guide, color: this.palette.rule, lineWidth: 1, lineStyle: LineStyle.Dashed, axisLabelVisible: false }));
        this.lines.push(line);
      });
      if (!indicator.pane) place++;
    }
    this.chart.panes().forEach((one, index) => one.setStretchFactor(index === 0 ? 4 : 1));
  }

  /** Tell when bars to the left of those that are there come near. */
  onLeft(told: () => void): () => void {
    const heard = (): void => {
      const range = this.chart.timeScale().getVisibleLogicalRange();
      if (range && range.from < NEAR_LEFT) told();
    };
    this.chart.timeScale().subscribeVisibleLogicalRangeChange(heard);
    return () => this.whileThere(() => this.chart.timeScale().unsubscribeVisibleLogicalRangeChange(heard));
  }

  /** Tell which bar the pointer is on, as its time; undefined where it is on none. */
  onPoint(told: (time: number | undefined) => void): () => void {
    const heard = ({ time }: MouseEventParams): void => told(time as number | undefined);
    this.chart.subscribeCrosshairMove(heard);
    return () => this.whileThere(() => this.chart.unsubscribeCrosshairMove(heard));
  }

  /** Tell which mark was clicked. */
  onMark(told: (id: string) => void): () => void {
    const heard = ({ hoveredInfo }: MouseEventParams): void => {
      if (typeof hoveredInfo?.objectId === "string") told(hoveredInfo.objectId);
    };
    this.chart.subscribeClick(heard);
    return () => this.whileThere(() => this.chart.unsubscribeClick(heard));
  }

  private whileThere(act: () => void): void {
    if (!this.isGone) act();
  }

  private candle({ time, open, high, low, close }: Drawn) {
    return { time: at(time), open, high, low, close };
  }

  private bar({ time, open, close, volume }: Drawn) {
    return { time: at(time), value: volume, color: `${close >= open ? this.palette.up : this.palette.down}66` };
  }

  private point(line: ISeriesApi<"Line" | "Histogram">, { time, value }: Value) {
    if (value === null) return { time: at(time) };
    const { up, down } = this.palette;
    return line.seriesType() === "Histogram" ? { time: at(time), value, color: `${value >= 0 ? up : down}99` } : { time: at(time), value };
  }

  private line(pane: number, look: Look, isDots: boolean): ISeriesApi<"Line" | "Histogram"> {
    return this.chart.addSeries(
      LineSeries,
      { ...look, lineWidth: 1, priceFormat: pane > 0 ? VALUES : PRICES, lastValueVisible: pane > 0, priceLineVisible: false, crosshairMarkerVisible: false, lineVisible: !isDots, pointMarkersVisible: isDots, pointMarkersRadius: 1.5 },
      pane,
    );
  }

  private histogram(pane: number): ISeriesApi<"Line" | "Histogram"> {
    return this.chart.addSeries(HistogramSeries, { priceFormat: VALUES, lastValueVisible: false, priceLineVisible: false }, pane);
  }
}

interface Look {
  color: string;
  lineStyle: LineStyle;
}

const STYLES = [LineStyle.Solid, LineStyle.Dashed, LineStyle.Dotted, LineStyle.LargeDashed];

function lookOf(place: number, { accent, quiet, ink }: Palette): Look {
  const colours = [accent, quiet, ink];
  return { color: colours[place % 3] ?? accent, lineStyle: STYLES[Math.floor(place / 3) % STYLES.length] ?? LineStyle.Solid };
}
