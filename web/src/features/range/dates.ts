/** Dates of the exchange are "2025-06-30"; days of them are counted in UTC, which has no clock changes. */
const DAY_MS = 86_400_000;

export const dayNumber = (date: string): number => Math.round(Date.parse(`${date}T00:00:00Z`) / DAY_MS);
export const dateOf = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10);
/** 0 for a Monday. */
export const weekday = (day: number): number => (((day + 3) % 7) + 7) % 7;
const LONG = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", weekday: "short", day: "numeric", month: "short", year: "numeric" });
export const longDate = (date: string): string => LONG.format(new Date(`${date}T00:00:00Z`));

/** The same day of an earlier month, or the last one of a month that is too short. */
export function monthsBefore(date: string, months: number): string {
  const [year = 0, month = 1, day = 1] = date.split("-").map(Number);
  const last = new Date(Date.UTC(year, month - months, 0)).getUTCDate();
  return new Date(Date.UTC(year, month - 1 - months, Math.min(day, last))).toISOString().slice(0, 10);
}

export interface Preset {
  name: string;
  from: string;
  to: string;
}

/** Ranges that end with what is stored; those that would begin before it begin with it. */
export function presets(first: string | null | undefined, last: string | null | undefined): Preset[] {
  if (!first || !last) return [];
  const since = (months: number) => {
    const from = monthsBefore(last, months);
    return from < first ? first : from;
  };
  return [
    { name: "1 month", from: since(1), to: last },
    { name: "1 year", from: since(12), to: last },
    { name: "all", from: first, to: last },
  ];
}
