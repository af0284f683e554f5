import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { marketDataBars } from "@/client";
import { problemOf } from "@/service/problem";
import type { Asked } from "@/service/question";
import { price } from "@/shared/format";
import { drawing, FOOT, type Level } from "./candles";

const BOX = { width: 328, height: 144 };
/** Room for the names of levels, at the right. */
const NAMES = 108;
const BARS = 70;

interface Props {
  symbol: string;
  asked: Asked;
  levels: readonly Level[];
  /** Who says the levels. */
  whose: string;
}

/** The last bars of a symbol, up to the date that is asked, with levels. */
export function SmallChart({ symbol, asked: { timeframe = "1d", hours, date }, levels, whose }: Props) {
  const width = BOX.width - (levels.length > 0 ? NAMES : 0);
  const { data, error } = useQuery({
    queryKey: ["small-chart", symbol, timeframe, hours, date],
    queryFn: async ({ signal }) =>
      (
        await marketDataBars({
          path: { symbol },
          query: { timeframe, hours, to: date, limit: BARS, adjust: "split" },
          signal,
          throwOnError: true,
        })
      ).data,
    placeholderData: keepPreviousData,
    retry: false,
  });
  const isOther = data !== undefined && data.symbol !== symbol;
  const made = useMemo(() => (data ? drawing(data.bars, levels, { ...BOX, width }) : null), [data, levels, width]);
  if (error && !data) return <p className="quiet">No chart: {problemOf(error).detail}</p>;
  if (data && !made) return <p className="quiet">No chart: too few bars are stored.</p>;
  return (
    <svg className={`small-chart ${isOther ? "late" : ""}`} viewBox={`0 0 ${BOX.width} ${BOX.height}`} role="img" aria-label={about(symbol, timeframe, levels, whose)}>
      {made?.candles.map(({ x, open, close, high, low, way, volume }) => (
        <g key={x} className={`fill-${way}`}>
          <rect x={x - made.width / 2} y={BOX.height - volume} width={made.width} height={volume} opacity="0.3" />
          <rect x={x - 0.5} y={high} width="1" height={Math.max(low - high, 1)} />
          <rect x={x - made.width / 2} y={Math.min(open, close)} width={made.width} height={Math.max(Math.abs(open - close), 1)} />
        </g>
      ))}
      {made?.levels.map(({ name, y, labelY, side, price: at }) => (
        <g key={name} className={`level ${side}`}>
          <polyline points={`0,${y} ${width},${y} ${width + 6},${labelY - FOOT}`} />
          <text x={width + 9} y={labelY}>
            {name}
          </text>
          <text x={BOX.width - 1} y={labelY} textAnchor="end">
            {price(at)}
          </text>
        </g>
      ))}
    </svg>
  );
}

function about(symbol: string, timeframe: string, levels: readonly Level[], whose: string): string {
  const marked = levels.map(({ name, price: at }) => `${name} ${price(at)}`).join(", ");
  return `The last ${timeframe} bars of ${symbol}${marked ? `, with the levels of the ${whose}: ${marked}` : ""}`;
}
