import { useState } from "react";
import { scannerExportScan } from "@/client";
import { problemOf } from "@/service/problem";

const FORMATS = ["csv", "xlsx", "json", "parquet"] as const;
type Format = (typeof FORMATS)[number];

/** The rows as a file that the service writes; `name` is what it is called. */
export function Export({ scan, name }: { scan: string; name: string }) {
  const [refused, say] = useState("");
  async function save(format: Format): Promise<void> {
    try {
      const { data } = await scannerExportScan({ path: { scan_id: scan, format }, parseAs: "blob", throwOnError: true });
      const url = URL.createObjectURL(data as unknown as Blob);
      Object.assign(document.createElement("a"), { href: url, download: `${name}.${format}` }).click();
      setTimeout(() => URL.revokeObjectURL(url));
      say("");
    } catch (error) {
      say(problemOf(error).detail);
    }
  }
  return (
    <span className="export">
      {refused && (
        <span className="refusal" role="alert">
          {refused}
        </span>
      )}
      <span className="quiet">export</span>
      {FORMATS.map((format) => (
        <button key={format} type="button" className="plain" title={format === "csv" ? "x" : undefined} onClick={() => void save(format)}>
          {format}
        </button>
      ))}
    </span>
  );
}
