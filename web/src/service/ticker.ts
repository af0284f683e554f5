import type { Quote, Quotes } from "@/client";
import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { serviceNow } from "./clock";
import { keys } from "./keys";
import { hangUp, lineTo } from "./live";
import { soon } from "./soon";
import type { Line, Message } from "./socket";

const AT_ONCE = 500;

/** A bar of a running feed that has closed, as `/ws/market-data` tells it. */
export interface LivePrice {
  symbol: string;
  last: number;
  available_at: string;
}

/** Follow prices of symbols as they come, on every list of quotes that is on screen. */
export function useTicker(symbols: readonly string[]): void {
  const queries = useQueryClient();
  const [ticker] = useState(() => new Ticker());
  useEffect(() => () => ticker.end(), [ticker]);
  useEffect(() => ticker.follow(queries, symbols), [ticker, queries, symbols]);
}

/** A line to market data that follows a set of symbols; it is opened for the first of them. */
class Ticker {
  private line: Line | null = null;
  private symbols = new Set<string>();

  follow(queries: QueryClient, symbols: readonly string[]): void {
    const wanted = new Set(symbols);
    const before = this.symbols;
    this.symbols = wanted;
    if (!this.line) {
      if (wanted.size > 0) this.line = lineTo(queries, "/ws/market-data", { hear: hearPrices, opened: this.subscribe });
      return;
    }
    const say = (message: object) => this.line?.say(message);
    inParts(without(before, wanted), (part) => say({ action: "unsubscribe", symbols: part }));
    inParts(without(wanted, before), (part) => say({ action: "subscribe", symbols: part }));
  }

  end(): void {
    if (this.line) hangUp(this.line);
    this.line = null;
    this.symbols.clear();
  }

  private subscribe = (say: (message: object) => void): void =>
    inParts(this.symbols, (part) => say({ action: "subscribe", symbols: part }));
}

const without = (some: Set<string>, others: Set<string>): string[] => [...some].filter((one) => !others.has(one));

export function inParts(symbols: Iterable<string>, say: (part: string[]) => void): void {
  const all = [...symbols];
  for (let first = 0; first < all.length; first += AT_ONCE) say(all.slice(first, first + AT_ONCE));
}

/** What a message of `/ws/market-data` changes. */
export function hearPrices(queries: QueryClient, message: Message): void {
  if (message.type !== "quotes") return;
  const prices = new Map((message.quotes as LivePrice[]).map((one) => [one.symbol, one]));
  const now = serviceNow();
  for (const [key, quotes] of queries.getQueriesData<Quotes>({ queryKey: keys.allQuotes })) {
    if (!quotes?.items.some(({ symbol }) => prices.has(symbol))) continue;
    const after = quotes.items.map((one) => {
      const live = prices.get(one.symbol);
      return live ? withPrice(one, live, now) : one;
    });
    queries.setQueryData<Quotes>(key, { ...quotes, items: quotes.items.map((one, index) => after[index] ?? one) });
    if (after.includes(null)) soon(queries, key);
  }
}

/** A quote at a newer price; null where only the service knows what it changed by: a session has begun since. */
export function withPrice(quote: Quote, live: LivePrice, now: number): Quote | null {
  if (quote.time && Date.parse(live.available_at) <= Date.parse(quote.time)) return quote;
  if (quote.last === null || !goesOn(quote, live)) return null;
  const before = quote.change_pct === null ? null : quote.last / (1 + quote.change_pct / 100);
  return {
    ...quote,
    last: live.last,
    change_pct: before === null ? null : (live.last / before - 1) * 100,
    sparkline: [...quote.sparkline.slice(0, -1), live.last],
    time: live.available_at,
    age: Math.max(0, Math.round((now - Date.parse(live.available_at)) / 1000)),
  };
}

/** Whether a price is of the session that a quote is of. A coin's goes on without an end. */
function goesOn(quote: Quote, live: LivePrice): boolean {
  if (quote.symbol.includes("/")) return true;
  const session = quote.labels.map((label) => /^session (\S+) so far$/.exec(label)?.[1]).find(Boolean);
  return session === dayOf(live.available_at);
}

const DAY = new Intl.DateTimeFormat("en-CA", { timeZone: "America/New_York" });

/** The exchange's date at the bar's last moment. */
const dayOf = (at: string): string => DAY.format(Date.parse(at) - 1);
