import { useState } from "react";
import type { Column } from "@/shared/DataTable";
import { fixed } from "@/shared/format";
import type { Line } from "./rows";
import type { View } from "./view";

interface Props {
  view: View;
  columns: readonly Column<Line>[];
  /** How many rows are let through, of how many. */
  count: { passing: number; all: number };
  change: (view: Pick<View, "find" | "least">) => void;
}

/** Lets rows through by a part of their symbol, and by the least that they must have in a column. */
export function Filter({ view: { find, least = {} }, columns, count, change }: Props) {
  const numbers = columns.filter(({ isNumber }) => isNumber);
  const [chosen, choose] = useState("");
  const [text, write] = useState("");
  const id = numbers.some((column) => column.id === chosen) ? chosen : (numbers.find((column) => column.id === "score") ?? numbers[0])?.id;
  const isWrong = text.trim() !== "" && !Number.isFinite(Number(text));
  const put = (name: string, value: number | undefined) => {
    const next = Object.fromEntries(Object.entries({ ...least, [name]: value }).filter((one): one is [string, number] => one[1] !== undefined));
    change({ find, least: Object.keys(next).length > 0 ? next : undefined });
  };
  return (
    <form
      className="filter"
      aria-label="Filter the rows"
      onSubmit={(event) => {
        event.preventDefault();
        if (!id || isWrong || text.trim() === "") return;
        put(id, Number(text));
        write("");
      }}
    >
      <Part find={find} change={(next) => change({ find: next, least: Object.keys(least).length > 0 ? least : undefined })} />
      {id && (
        <span className={isWrong ? "wrong" : ""}>
          <select className="boxed" aria-label="Column" value={id} onChange={(event) => choose(event.target.value)}>
            {numbers.map((column) => (
              <option key={column.id} value={column.id}>
                {column.title}
              </option>
            ))}
          </select>{" "}
          ≥{" "}
          <input className="boxed number" inputMode="decimal" aria-label="At least" aria-invalid={isWrong} placeholder="least ⏎" maxLength={16} value={text} onChange={(event) => write(event.target.value)} />
        </span>
      )}
      {Object.entries(least).map(([name, value]) => {
        const title = columns.find((column) => column.id === name)?.title ?? name;
        return (
          <button key={name} type="button" className="chip" aria-label={`${title} at least ${value}: take away`} onClick={() => put(name, undefined)}>
            {title} ≥ {value} <span aria-hidden="true">✕</span>
          </button>
        );
      })}
      {count.passing < count.all && (
        <span className="quiet" role="status">
          {fixed(count.passing, 0)} of {fixed(count.all, 0)} rows
        </span>
      )}
    </form>
  );
}

/** The address, which holds the text, follows a moment behind what is typed: what comes back of one's own is no news. */
function Part({ find = "", change }: { find?: string; change: (find: string | undefined) => void }) {
  const [text, write] = useState(find);
  const [last, remember] = useState(find);
  const [sent, note] = useState<readonly string[]>([]);
  if (find !== last) {
    remember(find);
    if (find === text) note([]);
    else if (!sent.includes(find)) write(find);
  }
  return (
    <input
      className="boxed"
      type="search"
      aria-label="Part of a symbol"
      placeholder="symbol"
      maxLength={32}
      value={text}
      onChange={({ target: { value } }) => {
        write(value);
        note((before) => [...before, value]);
        change(value || undefined);
      }}
    />
  );
}
