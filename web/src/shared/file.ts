/** Hand a file to the browser, to be kept. */
export function saveFile(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  Object.assign(document.createElement("a"), { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url)); // some browsers read it after the click
}

type Field = number | string | readonly string[] | null | undefined;

/** Spreadsheets run a text that begins so; an apostrophe before it keeps it a text. */
const RUNS = /^[=+\-@\t\r]/;

/** Lines as comma-separated values (RFC 4180); several in one field stand with semicolons between. */
export const csv = (lines: readonly (readonly Field[])[]): string => lines.map((line) => `${line.map(written).join(",")}\r\n`).join("");

function written(field: Field): string {
  if (field === null || field === undefined) return "";
  if (typeof field === "number") return String(field);
  const text = typeof field === "string" ? field : field.join("; ");
  const safe = RUNS.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
