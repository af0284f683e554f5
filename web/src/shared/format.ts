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
const LONG_DAY = new Intl.DateTimeFormat("en-GB", { timeZone: ZONE, day: "2-digit", month: "short", year: "numeric" });
const DAY = new Intl.DateTimeFormat("en-GB", { timeZone: ZONE, day: "2-digit", month: "short" });

/** The time of day at the exchange. */
export const clock = (at: string | number): string => CLOCK.format(new Date(at));
/** The day at the exchange, with its year where that is not this one. */
export function day(at: string, now = Date.now()): string {
  const that = new Date(at);
  return that.getFullYear() === new Date(now).getFullYear() ? DAY.format(that) : LONG_DAY.format(that);
}

/** "resistance_break" as words. */
export const words = (name: string): string => name.replaceAll("_", " ");
/** A label of the data as words to be seen: "simulated" is SIMULATED, "stale since …" keeps its time readable. */
export const label = (text: string): string =>
  text
    .replace(/^volume_scope: /, "partial feed ")
    .replace(/^price_basis: adjusted/, "adjusted prices")
    .replace(/^partial feed partial$/, "partial feed")
    .replace(/^(simulated|stale|partial feed|delayed|adjusted prices)/i, (word) => word.toUpperCase());

export const sign = (value: Maybe): "up" | "down" | "" => (!value ? "" : value > 0 ? "up" : "down");
export const side = (direction: string | null | undefined): "up" | "down" | "" =>
  direction === "BUY" ? "up" : direction === "SELL" ? "down" : "";

const SESSION = new Intl.DateTimeFormat("en-CA", { timeZone: ZONE, year: "numeric", month: "2-digit", day: "2-digit" });
/** The date at the exchange, as the service writes it. */
export const session = (at: string | number): string => SESSION.format(new Date(at));
