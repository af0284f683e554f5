import { memo, useRef, useState, type KeyboardEvent } from "react";
import { fixed } from "@/shared/format";
import { longDate } from "./dates";
import { neighbour, type Calendar, type Day } from "./weeks";

const CELL = 13;
const LEFT = 28;
const TOP = 16;
const WEEKDAYS = ["Mon", "", "Wed", "", "Fri", "", "Sun"];

interface Props {
  calendar: Calendar;
  chosen?: string;
  choose: (day: string | undefined) => void;
}

/** Hits a day, as a calendar: each day can be chosen, by click or with arrows and enter; the days as a table behind it. */
export const HeatMap = memo(function HeatMap({ calendar, chosen, choose }: Props) {
  const { weeks, rows, months } = calendar;
  const [entered, enter] = useState<string>();
  const svg = useRef<SVGSVGElement>(null);
  const days = weeks.flat().filter((one) => one !== null);
  const tabStop = days.find(({ date }) => date === (entered ?? chosen))?.date ?? days.at(-1)?.date;

  function press(event: KeyboardEvent, date: string): void {
    if (event.key === "Enter" || event.key === " ") {
      choose(date === chosen ? undefined : date);
      event.preventDefault();
      return;
    }
    const to = neighbour(calendar, date, event.key);
    if (to === date) return;
    enter(to);
    svg.current?.querySelector<SVGElement>(`[data-date="${to}"]`)?.focus();
    event.preventDefault();
  }

  return (
    <div className="heat">
      <svg ref={svg} role="group" aria-label="Hits a day" width={LEFT + weeks.length * CELL} height={TOP + rows * CELL}>
        {months.map(({ week, name }) => (
          <text key={week} x={LEFT + week * CELL} y={10} aria-hidden="true">
            {name}
          </text>
        ))}
        {WEEKDAYS.slice(0, rows).map((name, row) => (
          <text key={row} x={0} y={TOP + row * CELL + 10} aria-hidden="true">
            {name}
          </text>
        ))}
        {weeks.map((week, x) =>
          week.map(
            (day, y) =>
              day && (
                <rect
                  key={day.date}
                  data-date={day.date}
                  role="button"
                  tabIndex={day.date === tabStop ? 0 : -1}
                  aria-label={says(day)}
                  aria-pressed={day.date === chosen}
                  className={`level-${day.level}`}
                  x={LEFT + x * CELL}
                  y={TOP + y * CELL}
                  width={CELL - 2}
                  height={CELL - 2}
                  rx={2}
                  onClick={() => choose(day.date === chosen ? undefined : day.date)}
                  onFocus={() => enter(day.date)}
                  onKeyDown={(event) => press(event, day.date)}
                >
                  <title>{says(day)}</title>
                </rect>
              ),
          ),
        )}
      </svg>
      <Legend />
      <DayTable days={days} choose={choose} />
    </div>
  );
});

const says = ({ date, hits }: Day) => `${longDate(date)}: ${hits === 0 ? "no hits" : hits === 1 ? "1 hit" : `${fixed(hits, 0)} hits`}`;

function Legend() {
  return (
    <p className="legend quiet" aria-hidden="true">
      none
      <svg width={5 * CELL} height={CELL - 2}>
        {[0, 1, 2, 3, 4].map((level) => (
          <rect key={level} className={`level-${level}`} x={level * CELL} width={CELL - 2} height={CELL - 2} rx={2} />
        ))}
      </svg>
      most
    </p>
  );
}

function DayTable({ days, choose }: { days: readonly Day[]; choose: (day: string) => void }) {
  const [isOpen, open] = useState(false);
  const hit = isOpen ? days.filter(({ hits }) => hits > 0).toReversed() : [];
  return (
    <details className="as-table" onToggle={(event) => open(event.currentTarget.open)}>
      <summary>As a table</summary>
      {isOpen && (
        <table>
          <caption>Days with hits, the last one first</caption>
          <thead>
            <tr>
              <th scope="col">day</th>
              <th scope="col">hits</th>
            </tr>
          </thead>
          <tbody>
            {hit.map(({ date, hits }) => (
              <tr key={date}>
                <th scope="row">
                  <button type="button" className="plain" onClick={() => choose(date)}>
                    {longDate(date)}
                  </button>
                </th>
                <td>{fixed(hits, 0)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </details>
  );
}
