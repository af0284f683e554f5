import { fixed, price, short, sign, signed } from "@/shared/format";
import type { Lines, Value } from "./drawing";
import { placeAt, type Drawn } from "./series";

interface Props {
  bars: readonly Drawn[];
  lines: readonly Lines[];
  /** The bar below the pointer, by its time; the last one where it is on none. */
  at: number | undefined;
  daily: boolean;
}

const CLOCK = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", day: "2-digit", month: "short", hour: "2-digit", minute: "2-digit" });
const DATE = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", weekday: "short", day: "2-digit", month: "short", year: "numeric" });

/** One bar in numbers, with what the indicators say of it. */
export function Reading({ bars, lines, at, daily }: Props) {
  const place = at === undefined ? bars.length - 1 : placeAt(bars, at);
  const bar = bars[place];
  if (!bar) return null;
  const before = bars[place - 1];
  const change = before ? (bar.close / before.close - 1) * 100 : undefined;
  return (
    <p className="reading" aria-hidden="true">
      <span>{(daily ? DATE : CLOCK).format(bar.time * 1000)}</span>
      <span>
        <i>O</i> {price(bar.open)} <i>H</i> {price(bar.high)} <i>L</i> {price(bar.low)} <i>C</i> {price(bar.close)}
      </span>
      <span className={sign(change)}>{signed(change)} %</span>
      <span>
        <i>V</i> {short(bar.volume)}
      </span>
      {lines.map(({ indicator, parts }) => (
        <span key={indicator.id}>
          <i>{indicator.title}</i> {parts.map((values) => number(valueAt(values, bar.time))).join(" · ")}
        </span>
      ))}
    </p>
  );
}

/** The value on a bar, null where there is none. */
export function valueAt(values: readonly Value[], time: number): number | null {
  const found = values[placeAt(values, time)];
  return found?.time === time ? found.value : null;
}

const number = (value: number | null) => (value !== null && Math.abs(value) >= 10_000 ? short(value) : fixed(value, 2));
