import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import type { ShownSignal } from "@/client";
import { ROW_PX } from "@/shared/DataTable";
import type { Column } from "./columns";
import type { Pages } from "./usePages";

interface Props {
  pages: Pages;
  columns: readonly Column[];
  selected?: string;
  select: (signal: ShownSignal) => void;
  open: (signal: ShownSignal) => void;
  /** A status somebody has just given, which is not sent yet. */
  pending?: { id: string; to: string };
  empty: ReactNode;
}

const OVERSCAN = 12;
/** Rows that stand for those that are still loading. */
const LOADING = 6;

/**
 * Signals, the latest on top, any number of them: only rows in sight are drawn, and only their pages are in memory.
 *
 * What arrives on top never moves what one looks at: below the pointer, or scrolled down, rows stay where they are and
 * a pill counts what is new above.
 */
export function SignalTable({ pages, columns, selected, select, open, pending, empty }: Props) {
  const { count, isWhole, row, look } = pages;
  const { scroller, fresh, up, onScroll, onPointerEnter, onPointerLeave } = useStill(pages);
  const rows = count + (isWhole ? 0 : LOADING);
  const virtual = useVirtualizer({
    count: rows,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: OVERSCAN,
    scrollPaddingEnd: ROW_PX, // the head stands on the rows
    initialRect: { width: 0, height: 600 },
  });
  const items = virtual.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => look(first, last), [look, first, last, count]);

  function move(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
    const at = items.find(({ index }) => row(index)?.id === selected)?.index;
    if (step !== undefined) {
      const to = Math.max(0, Math.min(count - 1, at === undefined ? first : at + step));
      const next = row(to);
      if (next) select(next);
      virtual.scrollToIndex(to);
      event.preventDefault();
    } else if (event.key === "Enter" && at !== undefined) {
      const chosen = row(at);
      if (chosen) open(chosen);
    }
  }

  const before = items[0]?.start ?? 0;
  const after = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    <div className="signal-rows">
      {fresh > 0 && (
        <button type="button" className="pill fresh" onClick={up}>
          {fresh} new
        </button>
      )}
      <div ref={scroller} className="table" tabIndex={0} role="region" aria-label="Signals" onKeyDown={move} onScroll={onScroll} onPointerEnter={onPointerEnter} onPointerLeave={onPointerLeave}>
        <table aria-rowcount={isWhole ? count + 1 : -1}>
          <colgroup>
            {columns.map(({ id, width }) => (
              <col key={id} width={width} />
            ))}
          </colgroup>
          <thead>
            <tr>
              {columns.map(({ id, title, about, isNumber }) => (
                <th key={id} scope="col" className={isNumber ? "number" : ""} title={about}>
                  <span>{title}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {before > 0 && <Gap height={before} columns={columns.length} />}
            {items.map(({ index, key }) => {
              const signal = row(index);
              return signal ? (
                <Line key={signal.id} {...{ signal, index, columns, select, open }} isSelected={signal.id === selected} to={pending?.id === signal.id ? pending.to : undefined} />
              ) : (
                <tr key={key} className="coming" aria-hidden="true">
                  <td colSpan={columns.length}>
                    <i />
                  </td>
                </tr>
              );
            })}
            {after > 0 && <Gap height={after} columns={columns.length} />}
          </tbody>
        </table>
        {rows === 0 && empty}
      </div>
    </div>
  );
}

/** Keeps rows where they are while others arrive above them. */
function useStill(pages: Pages) {
  const scroller = useRef<HTMLDivElement>(null);
  const [fresh, count] = useState(0);
  const top = useRef<string | undefined>(undefined);
  const isHeld = useRef(false);
  const { newestId, before } = pages;
  useLayoutEffect(() => {
    const known = top.current;
    top.current = newestId;
    if (known === undefined || known === newestId || !scroller.current) return;
    const above = before(known);
    const isAway = isHeld.current || scroller.current.scrollTop > 0;
    if (above <= 0 || !isAway) return;
    scroller.current.scrollTop += above * ROW_PX;
    count((so) => so + above);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only what stands on top matters
  }, [newestId]);
  return {
    scroller,
    fresh,
    up: () => {
      if (scroller.current) scroller.current.scrollTop = 0;
      count(0);
    },
    onScroll: () => {
      if (fresh > 0 && (scroller.current?.scrollTop ?? 0) < ROW_PX / 2) count(0);
    },
    onPointerEnter: () => (isHeld.current = true),
    onPointerLeave: () => (isHeld.current = false),
  };
}

interface LineProps {
  signal: ShownSignal;
  index: number;
  columns: readonly Column[];
  isSelected: boolean;
  to?: string;
  select: (signal: ShownSignal) => void;
  open: (signal: ShownSignal) => void;
}

const Line = memo(function Line({ signal, index, columns, isSelected, to, select, open }: LineProps) {
  return (
    <tr aria-rowindex={index + 2} aria-selected={isSelected} className={isSelected ? "selected" : ""} onClick={() => select(signal)} onDoubleClick={() => open(signal)}>
      {columns.map(({ id, isNumber, cell }) => (
        <td key={id} className={isNumber ? "number" : ""}>
          {id === "status" && to ? <span className="accent">→ {to}</span> : cell(signal)}
        </td>
      ))}
    </tr>
  );
});

function Gap({ height, columns }: { height: number; columns: number }) {
  return (
    <tr aria-hidden="true" className="gap">
      <td colSpan={columns} style={{ height }} />
    </tr>
  );
}
