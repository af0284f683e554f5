import type { ShownSignal } from "@/client";
import type { Deep } from "@/service/deep";
import { fixed, price, words } from "@/shared/format";

/** A price that is drawn as a line across the chart. */
export interface Level {
  price: number;
  title: string;
  kind: "entry" | "stop" | "target" | "own";
}

interface Split {
  ex_date: string;
  ratio: number;
}

/** What prices of a day are multiplied by to stand beside bars that are adjusted for the splits since. */
export function sinceSplits(session: string, splits: readonly Split[]): number {
  return splits.filter((one) => one.ex_date > session).reduce((factor, one) => factor / one.ratio, 1);
}

/** How far a price is from the entry, in multiples of what is risked: "+1.5 R", "−1 R". */
export function inR(value: number, entry: number, stop: number): string {
  const risk = entry - stop;
  if (!risk) return "";
  const multiple = Math.round(((value - entry) / risk) * 10) / 10;
  const text = fixed(multiple, multiple % 1 === 0 ? 0 : 1);
  return `${multiple > 0 ? "+" : ""}${text} R`;
}

/** Entry, stop and targets of a signal, on the chart's basis. */
export function levelsOf(signal: ShownSignal, splits: readonly Split[]): Level[] {
  const factor = sinceSplits(signal.bar_time.slice(0, 10), splits);
  const { entry, stop, target1, target2 } = signal;
  const found: (Level | undefined)[] = [
    named(entry, "entry", "entry", factor),
    named(stop, withR("stop", stop, entry, stop), "stop", factor),
    named(target1, withR("target", target1, entry, stop), "target", factor),
    target2 === target1 ? undefined : named(target2, withR("target 2", target2, entry, stop), "target", factor),
  ];
  return found.filter((one) => one !== undefined);
}

/** Levels of the deep analysis: as traded on its last bar, after which nothing was split. */
export function deepLevels(levels: Deep["sl_tp"]): Level[] {
  if (!levels || levels.available === false) return [];
  const { entry, stopLoss: stop, takeProfit: target, support, resistance } = levels;
  const found = [
    named(entry, "entry", "entry", 1),
    named(stop, withR("stop", stop, entry, stop), "stop", 1),
    named(target, withR("target", target, entry, stop), "target", 1),
    named(resistance, "resistance", "own", 1),
    named(support, "support", "own", 1),
  ];
  return found.filter((one) => one !== undefined);
}

/** Names of columns of a scanner's rows that are a price somebody watches; those of the session are on the candles. */
const WATCHED = /^(level|resistance|support|pivot|previous_close|.*_level|opening_range_(high|low)|ema\d+|vwap)$/;

/** The scanner's own levels: what its row shows beside entry, stop and targets. */
export function ownLevels(row: Record<string, unknown> | null | undefined, signal: ShownSignal, splits: readonly Split[]): Level[] {
  const factor = sinceSplits(signal.bar_time.slice(0, 10), splits);
  const entry = signal.entry ?? 0;
  return Object.entries(row ?? {}).flatMap(([name, value]): Level[] => {
    if (!WATCHED.test(name) || typeof value !== "number" || value < entry / 2 || value > entry * 2) return [];
    const title = name === "level" ? (signal.direction === "BUY" ? "resistance" : "support") : words(name);
    return [{ price: value * factor, title, kind: "own" }];
  });
}

function named(value: number | null | undefined, title: string, kind: Level["kind"], factor: number): Level | undefined {
  return value ? { price: value * factor, title, kind } : undefined;
}

type Maybe = number | null | undefined;

function withR(title: string, value: Maybe, entry: Maybe, stop: Maybe): string {
  return value && entry && stop ? `${title} ${inR(value, entry, stop)}` : title;
}

/** Levels in a sentence, for who does not see the lines. */
export const inWords = (levels: readonly Level[]): string => levels.map((one) => `${one.title} ${price(one.price)}`).join(", ");
