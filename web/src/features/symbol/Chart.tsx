import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useMemo, useRef, useState } from "react";
import type { ShownSignal } from "@/client";
import { Drawing, type Lines } from "./drawing";
import { inWords, type Level } from "./levels";
import { inOrder, pauseMarks, signalMarks, splitMarks, type Palette } from "./marks";
import { Reading } from "./Reading";
import { isDaily, tradingDay, type Drawn, type TradingDay } from "./series";
import { bands, pauses } from "./sessions";

interface Props {
  symbol: string;
  timeframe: string;
  day: TradingDay;
  bars: readonly Drawn[];
  /** Bars that are still being made, behind the others. */
  growing: readonly Drawn[];
  lines: readonly Lines[];
  signals: readonly ShownSignal[];
  chosen?: string;
  levels: readonly Level[];
  splits: readonly { ex_date: string; ratio: number }[];
  older: () => void;
  choose: (signal: string) => void;
}

const NAMES = ["up", "down", "ink", "rule", "quiet", "accent", "raised", "hover", "tint"] as const;

function palette(): Palette {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()])) as Palette;
}

/** Candles with volume, sessions, indicators, signals and levels. What it shows, a table says too (`BarTable`). */
export function Chart(props: Props) {
  const scheme = useComputedColorScheme("dark", { getInitialValueInEffect: false });
  return <Canvas key={`${scheme} ${props.timeframe} ${props.symbol}`} {...props} />;
}

function Canvas(props: Props) {
  const { symbol, timeframe, day, bars, growing, lines, signals, chosen, levels, splits, older, choose } = props;
  const box = useRef<HTMLDivElement>(null);
  const [made, make] = useState<{ drawing: Drawing; colours: Palette } | null>(null);
  const [pointed, point] = useState<number | undefined>();
  const daily = isDaily(timeframe);
  useEffect(() => {
    if (!box.current) return;
    const colours = palette();
    const drawing = new Drawing(box.current, colours, !daily);
    make({ drawing, colours });
    return () => {
      make(null);
      drawing.remove();
    };
  }, [daily]);

  const whole = useMemo(() => [...bars, ...growing], [bars, growing]);
  useEffect(() => made?.drawing.showBars(whole), [made, whole]);
  useEffect(() => made?.drawing.lookAtLast(whole.length), [made, whole]);
  useEffect(() => made?.drawing.shade(daily ? [] : bands(whole, tradingDay(symbol))), [made, whole, daily, symbol]);
  useEffect(() => made?.drawing.showLines(lines), [made, lines]);
  useEffect(() => made?.drawing.showLevels(levels), [made, levels]);
  useEffect(() => {
    if (!made) return;
    const shown = { bars: whole, timeframe, day };
    const paused = daily ? [] : pauseMarks(pauses(whole), whole, made.colours);
    made.drawing.showMarks(inOrder(signalMarks(signals, shown, made.colours, chosen), splitMarks(splits, whole, made.colours), paused));
  }, [made, whole, timeframe, day, daily, signals, splits, chosen]);
  useEffect(() => made?.drawing.onLeft(older), [made, older]);
  useEffect(() => made?.drawing.onPoint(point), [made]);
  useEffect(() => made?.drawing.onMark(choose), [made, choose]);

  const last = whole.at(-1);
  const said = `${symbol}, ${whole.length} bars of ${timeframe}, the last of ${last?.session ?? ""}. ${inWords(levels)}. The table holds the same.`;
  return (
    <div className="canvas" role="img" tabIndex={0} aria-label={said}>
      <Reading bars={whole} lines={lines} at={pointed} daily={daily} />
      <div ref={box} className="chart" />
    </div>
  );
}
