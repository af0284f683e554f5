import type { Column } from "@/shared/DataTable";
import { csv } from "@/shared/file";

/** Rows as they are in sight, as CSV. */
export const csvOf = <Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string =>
  csv([columns.map(({ title }) => title), ...rows.map((row) => columns.map(({ value }) => value(row)))]);
