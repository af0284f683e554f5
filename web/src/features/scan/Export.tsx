import { exportScan, FORMATS, type Format } from "@/service/exports";
import { problemOf } from "@/service/problem";
import type { Column } from "@/shared/DataTable";
import { saveFile } from "@/shared/file";
import type { Tell } from "@/shared/Told";
import { csvOf } from "./file";
import type { Line } from "./rows";

/** What is in sight, deep parts with it. */
export function exportSeen(name: string, columns: readonly Column<Line>[], lines: readonly Line[]): void {
  saveFile(new Blob([csvOf(columns, lines)], { type: "text/csv" }), `${name}.csv`);
}

interface Props {
  scan?: string;
  seen: () => void;
  tell: Tell;
}

export function Export({ scan, seen, tell }: Props) {
  const write = (id: string, format: Format) => void exportScan(id, format).catch((error: unknown) => tell(`No file: ${problemOf(error).detail}`));
  return (
    <span className="export">
      <span className="quiet">export</span>
      {scan &&
        FORMATS.map((format) => (
          <button key={format} type="button" className="plain" title={`every row with every column of the scanner, as ${format}`} onClick={() => write(scan, format)}>
            {format}
          </button>
        ))}
      <button type="button" className="plain" title="what is in sight, as csv (x)" onClick={seen}>
        as seen
      </button>
    </span>
  );
}
