import { expect, it } from "vitest";
import { csvOf } from "./file";

const column = (id: string) => ({ id, title: id, width: 1, value: (row: Record<string, number | string>) => row[id], cell: () => null });

it("rows are written as they are in sight, and no text of theirs is run by a spreadsheet", () => {
  const rows: Record<string, number | string>[] = [{ symbol: "=1+1", note: 'a "b", c', change: -2.5 }, { symbol: "A" }];
  expect(csvOf(["symbol", "note", "change"].map(column), rows)).toBe(
    'symbol,note,change\r\n\'=1+1,"a ""b"", c",-2.5\r\nA,,\r\n',
  );
});
