import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { keys } from "./keys";
import { hangUp, lineTo } from "./live";
import type { LivePrice } from "./ticker";

/** A bar of the live feed that has closed, whole, as `/ws/market-data` tells it. */
interface LiveQuote extends LivePrice {
  series: string;
  bar: { time: string; timeframe: string; open: number; high: number; low: number; close: number; volume: number };
  labels: string[];
}

/** Hear the quotes of a symbol while it is looked at; none come while no feed is running. */
export function useQuoteLine(symbol: string, hear: (quote: LiveQuote) => void): void {
  const queries = useQueryClient();
  const heard = useRef(hear);
  useEffect(() => {
    heard.current = hear;
  });
  useEffect(() => {
    const line = lineTo(queries, "/ws/market-data", {
      opened: (say) => {
        say({ action: "subscribe", symbols: [symbol] });
        void queries.invalidateQueries({ queryKey: keys.minutes(symbol) }); // of what passed meanwhile only the last bar is told
      },
      hear: (_, message) => {
        if (message.type !== "quotes") return;
        (message.quotes as LiveQuote[]).filter((one) => one.symbol === symbol).forEach((one) => heard.current(one));
      },
    });
    return () => hangUp(line);
  }, [queries, symbol]);
}
