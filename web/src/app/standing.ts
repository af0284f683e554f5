import type { LiveStatus, Overview } from "@/client";
import { clock, day, fixed, words } from "@/shared/format";

const LATE_MS = 4 * 60_000;
const MINUTE_MS = 60_000;
const SOME = 5;

export interface Reach {
  /** Bars are whole up to then: an instant of the open session, or a session's date. */
  to: { at: string } | { session: string } | null;
  arrived: number;
  expected: number;
  /** Everything that is due by now is there or explained. */
  isWhole: boolean;
}

/** How far the data reaches: by the user's live scan where it runs, else by what is stored. */
export function reachOf(market: Overview | undefined, live: LiveStatus | undefined, now: number): Reach | null {
  const isLive = live?.state === "running" && live.watermark;
  if (isLive && live.watermark) {
    const { watermark, expected, arrived, trouble } = live;
    const isWhole = !trouble && now - Date.parse(watermark) < LATE_MS;
    return { to: { at: watermark }, arrived: arrived ?? live.symbols ?? 0, expected: expected ?? live.symbols ?? 0, isWhole };
  }
  if (!market) return null;
  const { watermark, stale_since } = market.freshness;
  const to = watermark ? { at: watermark } : market.session ? { session: market.session } : null;
  return { to, arrived: market.symbols, expected: market.symbols + market.late, isWhole: !stale_since && market.late === 0 };
}

/** Who has been without a bar for a while (halted, delisted, without data): how many, and the first few with their last. */
export function silentOf(live: LiveStatus | undefined): string {
  const some = Object.entries(live?.silent ?? {}).slice(0, SOME);
  if (some.length === 0) return "";
  const named = some.map(([symbol, last]) => (last ? `${symbol} (${clock(last)})` : symbol)).join(", ");
  const more = (live?.silent_count ?? 0) - some.length;
  return more > 0 ? `${named} and ${fixed(more, 0)} more` : named;
}

/** What must be known of the data: as it says itself, and what follows from how late it comes. */
export function labelsOf(market: Overview | undefined, live: LiveStatus | undefined, now: number): string[] {
  const said = new Set([...(market?.labels ?? []), ...(live?.state === "running" ? (live.labels ?? []) : [])]);
  const is = (word: string) => [...said].some((one) => one.startsWith(word));
  const stale = market?.freshness.stale_since;
  if (stale && !is("stale")) said.add(`stale since ${day(stale, now)}`);
  const isRunning = live?.state === "running" && live.session_phase !== "closed";
  const late = isRunning && live.watermark ? now - Date.parse(live.watermark) : 0;
  if (late > LATE_MS && !is("stale") && !is("delayed")) said.add(`delayed ${Math.floor(late / MINUTE_MS)} m`);
  return [...said];
}

const MEANINGS: [RegExp, string][] = [
  [/^simulated/i, "Made by the market simulator. No real market traded like this."],
  [/^stale/i, "Newer bars should be here by now and are not: what is shown is of then. “scanner sync” fetches what is missing."],
  [/^delayed/i, "Bars come this much after the market. What you see has happened a while ago."],
  [/^(partial feed|volume_scope)/i, "Trades of some venues only: volumes are lower than those of the whole market, and highs and lows may be missing."],
  [/^price_basis/i, "Prices are adjusted for splits and dividends: they are not what was paid on the day."],
  [/^change since/i, "Sessions in between are not stored: the change is since an older close."],
];

/** What a label means, in a sentence. */
export function meaningOf(label: string): string {
  return MEANINGS.find(([pattern]) => pattern.test(label))?.[1] ?? "What this data says of itself.";
}

/** What comes next of the trading day, and in how many seconds; null where it never changes. */
export function nextOf(phase: string, next: string | null | undefined, until: string | null | undefined, now: number) {
  if (!until) return null;
  const verb = phase === "regular" ? "closes" : next === "regular" ? "opens" : words(next ?? AFTER[phase] ?? "next");
  return { verb, seconds: Math.max(0, (Date.parse(until) - now) / 1000) };
}

const AFTER: Record<string, string> = { premarket: "regular", after_hours: "closed", closed: "premarket" };
