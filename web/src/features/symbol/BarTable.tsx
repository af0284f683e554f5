import { useMemo } from "react";
import type { ShownSignal } from "@/client";
import { DataTable, type Column } from "@/shared/DataTable";
import { day, fixed, price, setup, short } from "@/shared/format";
import type { Lines } from "./drawing";
import { outcomeWords } from "./outcomes";
import { placeOfSignal } from "./marks";
import { valueAt } from "./Reading";
import type { Drawn, TradingDay } from "./series";

interface Props {
  symbol: string;
  timeframe: string;
  day: TradingDay;
  bars: readonly Drawn[];
  lines: readonly Lines[];
  signals: readonly ShownSignal[];
  daily: boolean;
}

const CLOCK = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", timeStyle: "short" });
const idOf = (bar: Drawn) => bar.at;

/** What the chart shows, as a table: every bar that is loaded, the last one first. */
export function BarTable({ symbol, timeframe, day, bars, lines, signals, daily }: Props) {
  const columns = useMemo(() => columnsOf(lines, signalsByBar(signals, bars, timeframe, day), daily), [lines, signals, bars, timeframe, day, daily]);
  const rows = useMemo(() => bars.toReversed(), [bars]);
  return <DataTable label={`Bars of ${symbol}`} rows={rows} columns={columns} id={idOf} isArranged />;
}

function columnsOf(lines: readonly Lines[], told: ReadonlyMap<number, string>, daily: boolean): Column<Drawn>[] {
  const priced = (id: "open" | "high" | "low" | "close"): Column<Drawn> => ({ id, title: id, width: 84, isNumber: true, value: (bar) => bar[id], cell: (bar) => price(bar[id]) });
  return [
    { id: "bar", title: "bar", width: daily ? 96 : 132, value: (bar) => bar.time, cell: (bar) => (daily ? day(bar.session) : `${day(bar.session)} ${CLOCK.format(bar.time * 1000)}`) },
    priced("open"),
    priced("high"),
    priced("low"),
    priced("close"),
    { id: "volume", title: "volume", width: 84, isNumber: true, value: (bar) => bar.volume, cell: (bar) => short(bar.volume) },
    ...lines.flatMap(({ indicator, parts }) =>
      indicator.parts.map((part, index): Column<Drawn> => {
        const value = (bar: Drawn) => valueAt(parts[index] ?? [], bar.time);
        const title = indicator.parts.length > 1 ? `${indicator.title} ${part.name}` : indicator.title;
        return { id: `${indicator.id}.${part.name}`, title, about: part.expr, width: 110, isNumber: true, value: (bar) => value(bar) ?? undefined, cell: (bar) => fixed(value(bar), 2) };
      }),
    ),
    { id: "signals", title: "signals", width: 220, value: (bar) => told.get(bar.time), cell: (bar) => told.get(bar.time) ?? "" },
  ];
}

function signalsByBar(signals: readonly ShownSignal[], bars: readonly Drawn[], timeframe: string, day: TradingDay): Map<number, string> {
  const found = new Map<number, string>();
  for (const one of signals) {
    const bar = bars[placeOfSignal(one, bars, timeframe, day)];
    if (!bar) continue;
    const said = `${one.direction} ${setup(one)}: ${outcomeWords(one)}`;
    found.set(bar.time, [found.get(bar.time), said].filter(Boolean).join("; "));
  }
  return found;
}
