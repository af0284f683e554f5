import { useState } from "react";
import type { Column } from "@/shared/DataTable";
import { Disclosed } from "@/shared/Disclosed";
import type { Line } from "./rows";
import { moved, toggled } from "./view";

interface Props {
  every: readonly Column<Line>[];
  /** Those in sight, in their order. */
  shown: readonly string[];
  choose: (shown: string[] | null) => void;
}

/** Which columns stand in the table, and in which order; alt and an arrow moves the one that has the focus. */
export function ColumnChooser({ every, shown, choose }: Props) {
  const [isOpen, open] = useState(false);
  const known = new Map(every.map((column) => [column.id, column]));
  const inOrder = [...shown.filter((id) => known.has(id)), ...every.map(({ id }) => id).filter((id) => !shown.includes(id))];
  return (
    <Disclosed className="chooser" name="columns" onToggle={open}>
      {isOpen && <div role="group" aria-label="Columns">
        <p className="quiet">
          {shown.length} of {every.length} in sight{" "}
          <button type="button" className="plain accent" onClick={() => choose(null)}>
            as at first
          </button>
        </p>
        <ul>
          {inOrder.map((id) => {
            const column = known.get(id);
            const isShown = shown.includes(id);
            const move = (by: number, from: EventTarget) => {
              choose(moved(shown, id, by));
              requestAnimationFrame(() => from instanceof HTMLElement && from.focus()); // what is moved loses it
            };
            return (
              <li
                key={id}
                title={column?.about}
                onKeyDown={(event) => {
                  const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
                  if (!event.altKey || !by || !isShown) return;
                  event.preventDefault();
                  move(by, event.target);
                }}
              >
                <label>
                  <input className="boxed" type="checkbox" checked={isShown} onChange={() => choose(toggled(shown, id))} />
                  {column?.title} <span className="quiet ellipsis">{column?.about}</span>
                </label>
                {isShown && (
                  <>
                    <button type="button" className="plain" aria-label={`${column?.title ?? id} further left`} disabled={id === shown[0]} onClick={(event) => move(-1, event.currentTarget)}>
                      ↑
                    </button>
                    <button type="button" className="plain" aria-label={`${column?.title ?? id} further right`} disabled={id === shown.at(-1)} onClick={(event) => move(1, event.currentTarget)}>
                      ↓
                    </button>
                  </>
                )}
              </li>
            );
          })}
        </ul>
      </div>}
    </Disclosed>
  );
}
