import type { Column } from "@/shared/DataTable";

/** Spreadsheets run a text that begins so; an apostrophe before it keeps it a text. */
const RUNS = /^[=+\-@\t\r]/;

function cell(value: number | string | undefined): string {
  if (value === undefined) return "";
  if (typeof value === "number") return String(value);
  const text = RUNS.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Rows as they are in sight, as CSV. */
export function csvOf<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const lines = [columns.map(({ title }) => cell(title)), ...rows.map((row) => columns.map(({ value }) => cell(value(row))))];
  return lines.map((line) => `${line.join(",")}\r\n`).join("");
}

/** Hands a file to the browser. */
export function give(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  Object.assign(document.createElement("a"), { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url));
}
