import { dateOf, dayNumber, weekday } from "./dates";

export interface Day {
  date: string;
  hits: number;
  /** 0 for none, 4 for the most there are. */
  level: number;
}

export interface Calendar {
  /** Monday first; a day outside the range is null. */
  weeks: (Day | null)[][];
  /** Days of a week that are drawn: five, or seven where something happens on weekends. */
  rows: number;
  /** Names above the weeks in which months begin. */
  months: { week: number; name: string }[];
}

const MOST_WEEKS = 3_000;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const APART = 3;

/** The days of a range as weeks, with how much was hit on each. The root lets one great day not hide all others. */
export function calendar(from: string, to: string, hits: ReadonlyMap<string, number>): Calendar {
  const last = dayNumber(to);
  const first = Math.max(dayNumber(from), last - 7 * MOST_WEEKS);
  if (!(first <= last)) return { weeks: [], rows: 5, months: [] };
  const most = Math.max(1, ...hits.values());
  const rows = [...hits.keys()].some((date) => weekday(dayNumber(date)) > 4) ? 7 : 5;
  const day = (number: number): Day | null => {
    if (number < first || number > last) return null;
    const date = dateOf(number);
    const count = hits.get(date) ?? 0;
    return { date, hits: count, level: Math.ceil(4 * Math.sqrt(count / most)) };
  };
  const weeks: (Day | null)[][] = [];
  for (let monday = first - weekday(first); monday <= last; monday += 7)
    weeks.push(Array.from({ length: rows }, (_, row) => day(monday + row)));
  return { weeks, rows, months: monthsOf(weeks) };
}

function monthsOf(weeks: readonly (Day | null)[][]): Calendar["months"] {
  const named: Calendar["months"] = [];
  let before = "";
  weeks.forEach((days, week) => {
    const date = days.find((one) => one !== null)?.date;
    const month = date?.slice(0, 7) ?? before;
    if (month === before) return;
    const isRoomy = week - (named.at(-1)?.week ?? -APART) >= APART;
    const name = MONTHS[Number(month.slice(5)) - 1] ?? "";
    if (isRoomy) named.push({ week, name: month.endsWith("-01") || before === "" ? `${name} ${month.slice(2, 4)}` : name });
    before = month;
  });
  return named;
}

/** The drawn day that an arrow leads to from another; itself where there is none. */
export function neighbour({ weeks, rows }: Calendar, date: string, key: string): string {
  const days = weeks.flat();
  const at = days.findIndex((one) => one?.date === date);
  const step = { ArrowLeft: -rows, ArrowRight: rows, ArrowUp: -1, ArrowDown: 1 }[key];
  const drawn = days.filter((one) => one !== null);
  if (key === "Home") return drawn[0]?.date ?? date;
  if (key === "End") return drawn.at(-1)?.date ?? date;
  return (step === undefined || at < 0 ? undefined : days[at + step]?.date) ?? date;
}
