import {
  createSortedRowModel,
  rowSortingFeature,
  tableFeatures,
  useTable,
  type ColumnDef,
  type SortingState,
} from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { inOrder } from "./order";

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
  sorting?: SortingState;
  onSort?: (sorting: SortingState) => void;
  selected?: string | null;
  /** Arrows, or a click. */
  onSelect?: (row: Row) => void;
  /** Enter, or a second click. */
  onOpen?: (row: Row) => void;
  empty?: ReactNode;
  /** Rows go where they are put even below the pointer: who looks moves them. */
  isArranged?: boolean;
}

export const ROW_PX = 28;
const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel() });

function compare(a: unknown, b: unknown): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b));
}

/** A table of any length: only the rows in sight are drawn, and it is a table to a screen reader all the same. */
export function DataTable<Row extends object>(props: Props<Row>) {
  const { rows, columns, id, selected } = props;
  const [own, setOwn] = useState<SortingState>([]);
  const sorting = props.sorting ?? own;
  const scroller = useRef<HTMLDivElement>(null);
  const held = useRef<string[] | null>(null);

  const definitions = useMemo(
    () =>
      columns.map((column): ColumnDef<typeof features, Row> => ({
        id: column.id,
        header: column.title,
        accessorFn: column.value,
        sortUndefined: "last",
        sortDescFirst: column.isNumber ?? false,
        sortFn: (a, b) => compare(a.getValue(column.id), b.getValue(column.id)),
      })),
    [columns],
  );
  const table = useTable({
    features,
    columns: definitions,
    data: rows,
    getRowId: id,
    state: { sorting },
    onSortingChange: (change) => {
      held.current = null;
      const next = typeof change === "function" ? change(sorting) : change;
      (props.onSort ?? setOwn)(next);
    },
  });
  const sorted = table.getRowModel().rows;
  const shown = held.current && !props.isArranged ? inOrder(sorted, held.current, (row) => row.id) : sorted;
  const virtual = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
    initialRect: { width: 0, height: 600 },
  });
  const items = virtual.getVirtualItems();
  const before = items[0]?.start ?? 0;
  const after = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);

  function move(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
    const at = shown.findIndex((row) => row.id === selected);
    if (step !== undefined) {
      const to = Math.max(0, Math.min(shown.length - 1, at < 0 ? 0 : at + step));
      const row = shown[to];
      if (row) props.onSelect?.(row.original);
      virtual.scrollToIndex(to);
      event.preventDefault();
    } else if (event.key === "Enter" && shown[at]) {
      (props.onOpen ?? props.onSelect)?.(shown[at].original);
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
                    onClick={(event) => table.getColumn(column.id)?.toggleSorting(undefined, event.shiftKey)}
                  >
                    {column.title}
                    <span aria-hidden="true">{order ? (order.desc ? " ↓" : " ↑") : ""}</span>
                  </button>
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody onPointerMove={() => (held.current ??= shown.map((row) => row.id))} onPointerLeave={() => (held.current = null)}>
          {before > 0 && <Gap height={before} columns={columns.length} />}
          {items.map((item) => {
            const row = shown[item.index];
            if (!row) return null;
            return (
              <Line
                key={row.id}
                row={row.original}
                index={item.index}
                columns={columns}
                isSelected={row.id === selected}
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
