import { useEffect, useRef } from "react";
import { doors } from "./live";
import { Line } from "./socket";

/** A bar of the live feed that has closed, as `/ws/market-data` tells it. */
export interface LiveQuote {
  symbol: string;
  last: number;
  available_at: string;
  bar: { time: string; timeframe: string; open: number; high: number; low: number; close: number; volume: number };
  labels: string[];
}

const nothing = () => undefined;

/** Hear the quotes of a symbol while it is looked at; none come while no feed is running. */
export function useQuoteLine(symbol: string, hear: (quote: LiveQuote) => void): void {
  const heard = useRef(hear);
  useEffect(() => {
    heard.current = hear;
  });
  useEffect(() => {
    const line = new Line("/ws/market-data", {
      ...doors,
      opened: (say) => say({ action: "subscribe", symbols: [symbol] }),
      hear: (message) => {
        if (message.type !== "quotes") return;
        (message.quotes as LiveQuote[]).filter((one) => one.symbol === symbol).forEach((one) => heard.current(one));
      },
      reload: nothing,
      state: nothing,
      lag: nothing,
    });
    line.open();
    return () => line.close();
  }, [symbol]);
}
