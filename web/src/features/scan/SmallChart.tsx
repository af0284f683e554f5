import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { marketDataBars } from "@/client";
import { problemOf } from "@/service/problem";
import type { Asked } from "@/service/question";
import { price } from "@/shared/format";
import { drawing, type Level } from "./candles";

const BOX = { width: 328, height: 144 };
const BARS = 70;

interface Props {
  symbol: string;
  asked: Asked;
  levels: readonly Level[];
}

/** The last bars of a symbol, up to the date that is asked, with the levels of its hit. */
export function SmallChart({ symbol, asked: { timeframe = "1d", hours, date }, levels }: Props) {
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
  const made = useMemo(() => (data ? drawing(data.bars, levels, BOX) : null), [data, levels]);
  if (error && !data) return <p className="quiet">No chart: {problemOf(error).detail}</p>;
  if (data && !made) return <p className="quiet">No chart: too few bars are stored.</p>;
  return (
    <svg className={`small-chart ${isOther ? "late" : ""}`} viewBox={`0 0 ${BOX.width} ${BOX.height}`} role="img" aria-label={about(symbol, timeframe, levels)}>
      {made?.candles.map(({ x, open, close, high, low, way, volume }) => (
        <g key={x} className={`fill-${way}`}>
          <rect x={x - made.width / 2} y={BOX.height - volume} width={made.width} height={volume} opacity="0.3" />
          <rect x={x - 0.5} y={high} width="1" height={Math.max(low - high, 1)} />
          <rect x={x - made.width / 2} y={Math.min(open, close)} width={made.width} height={Math.max(Math.abs(open - close), 1)} />
        </g>
      ))}
      {made?.levels.map(({ name, y, labelY, side, price: at }) => (
        <g key={name} className={`level ${side}`}>
          <line x1="0" x2={BOX.width} y1={y} y2={y} />
          <text x="2" y={labelY}>
            {name} {price(at)}
          </text>
        </g>
      ))}
    </svg>
  );
}

function about(symbol: string, timeframe: string, levels: readonly Level[]): string {
  const marked = levels.map(({ name, price: at }) => `${name} ${price(at)}`).join(", ");
  return `The last ${timeframe} bars of ${symbol}${marked ? `, with ${marked}` : ""}`;
}
