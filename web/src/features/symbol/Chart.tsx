import { useComputedColorScheme } from "@mantine/core";
import {
  CandlestickSeries,
  createChart,
  createSeriesMarkers,
  HistogramSeries,
  LineSeries,
  LineStyle,
  type SeriesMarker,
  type Time,
  type UTCTimestamp,
} from "lightweight-charts";
import { useEffect, useMemo, useRef } from "react";
import type { Bars, ShownSignal } from "@/client";
import type { Deep } from "@/service/deep";
import { fixed, price, short } from "@/shared/format";
import { Labels } from "@/shared/marks";
import { average, barAt, drawn, ended, wall, type Drawn } from "./series";

interface Props {
  bars: Bars;
  signals: readonly ShownSignal[];
  levels: Deep["sl_tp"];
  averages: boolean;
}

const at = (time: number) => time as UTCTimestamp;

/** Candles with volume, averages, past signals and the levels of the one of now; a table of the last bars behind it. */
export function Chart({ bars, signals, levels, averages }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme("dark", { getInitialValueInEffect: false });
  const isDaily = bars.timeframe === "1d" || bars.timeframe === "1w";
  const shown = useMemo(() => drawn(bars.bars, isDaily), [bars, isDaily]);
  useEffect(() => {
    if (!box.current) return;
    const colour = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
    const [up, down, ink, rule, quiet, accent] = ["up", "down", "ink", "rule", "quiet", "accent"].map(colour);
    const chart = createChart(box.current, {
      autoSize: true,
      // The library's mark writes a style into the page, which the page's policy forbids: the line below names it.
      layout: { background: { color: "transparent" }, textColor: quiet, attributionLogo: false, fontSize: 11 },
      grid: { vertLines: { visible: false }, horzLines: { color: rule } },
      rightPriceScale: { borderColor: rule },
      timeScale: { borderColor: rule, timeVisible: !isDaily, rightOffset: 6 },
      localization: { priceFormatter: price },
    });
    const candles = chart.addSeries(CandlestickSeries, {
      upColor: up,
      downColor: down,
      wickUpColor: up,
      wickDownColor: down,
      borderVisible: false,
      priceLineVisible: false,
    });
    candles.setData(shown.map((bar) => ({ ...bar, time: at(bar.time) })));
    candles.priceScale().applyOptions({ scaleMargins: { top: 0.06, bottom: 0.22 } });
    const volume = chart.addSeries(HistogramSeries, { priceScaleId: "volume", priceFormat: { type: "volume" }, lastValueVisible: false, priceLineVisible: false });
    volume.priceScale().applyOptions({ scaleMargins: { top: 0.84, bottom: 0 } });
    volume.setData(shown.map((bar) => ({ time: at(bar.time), value: bar.volume, color: `${(bar.close >= bar.open ? up : down) ?? ""}66` })));
    if (averages) {
      for (const [count, color] of [[20, accent], [50, quiet]] as const) {
        const line = chart.addSeries(LineSeries, { color, lineWidth: 1, lastValueVisible: false, priceLineVisible: false, crosshairMarkerVisible: false });
        line.setData(average(shown, count).map(({ time, value }) => ({ time: at(time), value })));
      }
    }
    if (levels?.available !== false && levels) {
      const risk = Math.abs((levels.entry ?? 0) - (levels.stopLoss ?? 0)) || 1;
      const r = (value: number) => `${fixed(Math.abs(value - (levels.entry ?? 0)) / risk, 1)} R`;
      for (const [value, title, color, lineStyle] of [
        [levels.entry, "entry", ink, LineStyle.Solid],
        [levels.stopLoss, "stop", down, LineStyle.Dashed],
        [levels.takeProfit, "target", up, LineStyle.Dashed],
        [levels.resistance, "resistance", quiet, LineStyle.Dotted],
        [levels.support, "support", quiet, LineStyle.Dotted],
      ] as const) {
        if (value) candles.createPriceLine({ price: value, color: color ?? "", lineWidth: 1, lineStyle, axisLabelVisible: title !== "support" && title !== "resistance", title: title === "target" ? `target ${r(value)}` : title });
      }
    }
    createSeriesMarkers(candles, marks(signals, shown, isDaily, { up: up ?? "", down: down ?? "", quiet: quiet ?? "" }));
    chart.timeScale().setVisibleLogicalRange({ from: Math.max(0, shown.length - 130), to: shown.length + 6 });
    return () => chart.remove();
  }, [shown, signals, levels, averages, scheme, isDaily]);
  return (
    <>
      <div ref={box} className="chart" aria-hidden="true" />
      <p className="below">
        <span className="quiet">
          {isDaily ? "" : "New York time · "}adjusted for splits · <a href="https://www.tradingview.com/" rel="noreferrer" target="_blank">charts by TradingView</a>
        </span>{" "}
        <Labels labels={bars.labels} />
      </p>
      <details className="as-table">
        <summary>As a table</summary>
        <BarTable bars={bars} />
      </details>
    </>
  );
}

function marks(signals: readonly ShownSignal[], bars: readonly Drawn[], isDaily: boolean, colours: Record<string, string>): SeriesMarker<Time>[] {
  return signals
    .flatMap((one): SeriesMarker<Time>[] => {
      const time = barAt(bars, isDaily ? Date.parse(one.bar_time.slice(0, 10)) / 1000 : wall(one.bar_time));
      if (time === undefined) return [];
      const isBuy = one.direction === "BUY";
      return [{ time: at(time), position: isBuy ? "belowBar" : "aboveBar", shape: isBuy ? "arrowUp" : "arrowDown", color: colours[ended(one)] ?? "" }];
    })
    .toSorted((a, b) => Number(a.time) - Number(b.time));
}

function BarTable({ bars }: { bars: Bars }) {
  return (
    <table>
      <caption>The last 30 bars of {bars.symbol}</caption>
      <thead>
        <tr>
          {["bar", "open", "high", "low", "close", "volume"].map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {bars.bars.slice(-30).reverse().map((bar) => (
          <tr key={bar.time}>
            <th scope="row">{bars.timeframe === "1d" ? bar.session : bar.time}</th>
            <td>{price(bar.open)}</td>
            <td>{price(bar.high)}</td>
            <td>{price(bar.low)}</td>
            <td>{price(bar.close)}</td>
            <td>{short(bar.volume)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
