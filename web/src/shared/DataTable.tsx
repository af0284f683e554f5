import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { clicked, inOrder, sorted, type Sort, type Sorting } from "./order";

export interface Column<Row> {
  id: string;
  title: string;
  /** What the title's short form means. */
  about?: string;
  /** px */
  width: number;
  /** Numbers stand at the right, and are sorted from the greatest. */
  isNumber?: boolean;
  /** What it is sorted by; undefined stands last either way. */
  value: (row: Row) => number | string | undefined;
  cell: (row: Row) => ReactNode;
}

interface Props<Row> {
  label: string;
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  id: (row: Row) => string;
  sorting?: Sorting;
  onSort?: (sorting: Sort[]) => void;
  selected?: string | null;
  /** Arrows, or a click. */
  onSelect?: (row: Row) => void;
  /** Enter, or a second click. */
  onOpen?: (row: Row) => void;
  empty?: ReactNode;
  /** Rows go where they are put even below the pointer: who looks moves them. */
  isArranged?: boolean;
}

/** The head's too. */
export const ROW_PX = 28;

/** A table of any length: only the rows in sight are drawn, and it is a table to a screen reader all the same. */
export function DataTable<Row extends object>(props: Props<Row>) {
  const { rows, columns, id, selected } = props;
  const [own, setOwn] = useState<Sorting>([]);
  const sorting = props.sorting ?? own;
  const scroller = useRef<HTMLDivElement>(null);
  const held = useRef<string[] | null>(null);

  const inTurn = useMemo(() => sorted(rows, columns, sorting), [rows, columns, sorting]);
  const order = props.isArranged ? null : held.current;
  const shown = useMemo(() => (order ? inOrder(inTurn, order, id) : inTurn), [inTurn, order, id]);
  const virtual = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 6,
    scrollPaddingEnd: ROW_PX, // the head stands on the rows
    useFlushSync: false, // rows come in a task of their own, not in the frame's
    initialRect: { width: 0, height: 600 },
  });
  const items = virtual.getVirtualItems();
  const before = items[0]?.start ?? 0;
  const after = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);

  function sort(column: Column<Row>, adds: boolean): void {
    held.current = null;
    (props.onSort ?? setOwn)(clicked(sorting, column, adds));
  }

  function move(event: KeyboardEvent): void {
    const within = event.target as Element;
    if (within.closest("input, select")) return;
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
    const at = shown.findIndex((row) => id(row) === selected);
    if (step !== undefined) {
      const to = Math.max(0, Math.min(shown.length - 1, at < 0 ? 0 : at + step));
      const row = shown[to];
      if (row) props.onSelect?.(row);
      virtual.scrollToIndex(to);
      event.preventDefault();
    } else if (event.key === "Enter" && shown[at] && !within.closest("button, a")) {
      (props.onOpen ?? props.onSelect)?.(shown[at]);
    }
  }

  return (
    <div
      ref={scroller}
      className="table"
      tabIndex={0}
      role="region"
      aria-label={props.label}
      onKeyDown={move}
    >
      <table aria-rowcount={shown.length + 1}>
        <colgroup>
          {columns.map((column) => (
            <col key={column.id} width={column.width} />
          ))}
        </colgroup>
        <thead>
          <tr>
            {columns.map((column) => {
              const order = sorting.find((one) => one.id === column.id);
              const way = order ? (order.desc ? "descending" : "ascending") : undefined;
              return (
                <th key={column.id} className={column.isNumber ? "number" : ""} aria-sort={way} scope="col">
                  <button
                    type="button"
                    title={column.about}
                    onClick={(event) => sort(column, event.shiftKey)}
                  >
                    {column.title}
                    <span aria-hidden="true">{order ? (order.desc ? " ↓" : " ↑") : ""}</span>
                  </button>
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody onPointerMove={() => (held.current ??= shown.map(id))} onPointerLeave={() => (held.current = null)}>
          {before > 0 && <Gap height={before} columns={columns.length} />}
          {items.map((item) => {
            const row = shown[item.index];
            if (!row) return null;
            return (
              <Line
                key={id(row)}
                row={row}
                index={item.index}
                columns={columns}
                isSelected={id(row) === selected}
                onSelect={props.onSelect}
                onOpen={props.onOpen}
              />
            );
          })}
          {after > 0 && <Gap height={after} columns={columns.length} />}
        </tbody>
      </table>
      {shown.length === 0 && props.empty}
    </div>
  );
}

interface LineProps<Row> {
  row: Row;
  index: number;
  columns: readonly Column<Row>[];
  isSelected: boolean;
  onSelect?: (row: Row) => void;
  onOpen?: (row: Row) => void;
}

const Line = memo(function Line<Row>({ row, index, columns, isSelected, onSelect, onOpen }: LineProps<Row>) {
  return (
    <tr
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      className={isSelected ? "selected" : ""}
      onClick={() => onSelect?.(row)}
      onDoubleClick={() => onOpen?.(row)}
    >
      {columns.map((column) => (
        <td key={column.id} className={column.isNumber ? "number" : ""}>
          {column.cell(row)}
        </td>
      ))}
    </tr>
  );
}) as <Row>(props: LineProps<Row>) => ReactNode;

function Gap({ height, columns }: { height: number; columns: number }) {
  return (
    <tr aria-hidden="true" className="gap">
      <td colSpan={columns} style={{ height }} />
    </tr>
  );
}
