import { scannerExportScan } from "@/client";
import { problemOf } from "@/service/problem";
import { csvOf, give } from "./file";
import type { Column } from "@/shared/DataTable";
import type { Line } from "./rows";
import type { Tell } from "./Told";

const FORMATS = ["csv", "xlsx", "json", "parquet"] as const;
type Format = (typeof FORMATS)[number];

/** A scan's rows as the service writes them. */
export async function exportScan(scan: string, format: Format, tell: Tell): Promise<void> {
  try {
    const { data } = await scannerExportScan({ path: { scan_id: scan, format }, parseAs: "blob", throwOnError: true });
    give(data as unknown as Blob, `${scan}.${format}`);
  } catch (error) {
    tell(`No file: ${problemOf(error).detail}`);
  }
}

/** What is in sight, deep parts with it. */
export function exportSeen(name: string, columns: readonly Column<Line>[], lines: readonly Line[]): void {
  give(new Blob([csvOf(columns, lines)], { type: "text/csv" }), `${name}.csv`);
}

interface Props {
  scan?: string;
  seen: () => void;
  tell: Tell;
}

export function Export({ scan, seen, tell }: Props) {
  return (
    <span className="export">
      <span className="quiet">export</span>
      {scan &&
        FORMATS.map((format) => (
          <button key={format} type="button" className="plain" title={`every row with every column of the scanner, as ${format}`} onClick={() => void exportScan(scan, format, tell)}>
            {format}
          </button>
        ))}
      <button type="button" className="plain" title="what is in sight, as csv (x)" onClick={seen}>
        as seen
      </button>
    </span>
  );
}
