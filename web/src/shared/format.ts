/** Numbers as a trader reads them. Nothing known is a dash. */
export const DASH = "–";
type Maybe = number | null | undefined;

const grouped = (digits: number) =>
  new Intl.NumberFormat("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
const FORMATS = [0, 1, 2, 3, 4, 5, 6, 7, 8].map(grouped);

export function fixed(value: Maybe, digits: number): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return DASH;
  const text = (FORMATS[digits] ?? grouped(digits)).format(value);
  return (/^-[0.,]+$/.test(text) ? text.slice(1) : text).replace("-", "−");
}

/** Two decimals from a dollar up, four below, eight for what costs less than a cent. */
export function price(value: Maybe): string {
  const size = Math.abs(value ?? 0);
  return fixed(value, size >= 1 || size === 0 ? 2 : size >= 0.01 ? 4 : 8);
}

export function signed(value: Maybe, digits = 2): string {
  const text = fixed(value, digits);
  return value !== null && value !== undefined && value > 0 && /[1-9]/.test(text) ? `+${text}` : text;
}

const UNITS: [number, string][] = [
  [1e12, "T"],
  [1e9, "B"],
  [1e6, "M"],
  [1e3, "k"],
];

export function short(value: Maybe): string {
  const unit = UNITS.find(([size]) => Math.abs(value ?? 0) >= size);
  return unit && value ? `${fixed(value / unit[0], 1)}${unit[1]}` : fixed(value, 0);
}

export function span(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1) return `${Math.max(0, Math.floor(seconds))} s`;
  if (minutes < 60) return `${minutes} m`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} m` : `${Math.floor(hours / 24)} d`;
}

const ZONE = "America/New_York";
const CLOCK = new Intl.DateTimeFormat("en-GB", { timeZone: ZONE, hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat("en-GB", { timeZone: ZONE, day: "numeric", month: "short" });
const SESSION = new Intl.DateTimeFormat("en-CA", { timeZone: ZONE, year: "numeric", month: "2-digit", day: "2-digit" });
const DATE = /\d{4}-\d{2}-\d{2}/;

/** The time of day at the exchange. */
export const clock = (at: string | number): string => CLOCK.format(new Date(at));
/** The date at the exchange, as the service writes it. */
export const session = (at: string | number): string => SESSION.format(new Date(at));
/** The day at the exchange of an instant or a session, with its year where that is not this one. */
export function day(at: string, now = Date.now()): string {
  const that = at.includes("T") ? at : `${at}T17:00:00Z`;
  const year = session(that).slice(0, 4);
  return `${DAY.format(new Date(that))}${year === session(now).slice(0, 4) ? "" : ` ${year}`}`;
}
/** The day and its time. */
export const moment = (at: string, now?: number): string => `${day(at, now)} ${clock(at)}`;
/** The time of day, with its day where that is not today's session. */
export const lately = (at: string, today: string): string => (session(at) === today ? clock(at) : moment(at, Date.parse(`${today}T17:00:00Z`)));

/** When a signal's bar was: a day where that has no time of day. */
export const barTime = ({ timeframe, bar_time, available_at }: { timeframe: string; bar_time: string; available_at: string }): string =>
  timeframe === "1d" || timeframe === "1w" ? day(bar_time) : moment(available_at);

/** "resistance_break" as words. */
export const words = (name: string): string => name.replaceAll("_", " ");
/** A scanner's pattern by both names: "up" says nothing alone. */
export const setup = ({ scanner, pattern }: { scanner: string; pattern: string }): string => `${words(scanner)} · ${words(pattern)}`;
/** A label of the data as words to be seen: "simulated" is SIMULATED, "stale since …" keeps its time readable, and shows a date as all are shown. */
export const label = (text: string): string =>
  text
    .replace(DATE, (date) => day(date))
    .replace(/^volume_scope: /, "partial feed ")
    .replace(/^price_basis: adjusted/, "adjusted prices")
    .replace(/^partial feed partial$/, "partial feed")
    .replace(/^(simulated|stale|partial feed|delayed|adjusted prices)/i, (word) => word.toUpperCase());

export const sign = (value: Maybe): "up" | "down" | "" => (!value ? "" : value > 0 ? "up" : "down");
export const side = (direction: string | null | undefined): "up" | "down" | "" =>
  direction === "BUY" ? "up" : direction === "SELL" ? "down" : "";
