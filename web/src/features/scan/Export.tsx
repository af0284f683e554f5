import { scannerExportScan } from "@/client";
import { useState } from "react";
import { problemOf } from "@/service/problem";

const FORMATS = ["csv", "xlsx", "json", "parquet"] as const;

/** The rows as a file. */
export function Export({ scan }: { scan: string }) {
  const [refused, say] = useState("");
  async function save(format: (typeof FORMATS)[number]): Promise<void> {
    try {
      const { data } = await scannerExportScan({ path: { scan_id: scan, format }, parseAs: "blob", throwOnError: true });
      const url = URL.createObjectURL(data as unknown as Blob);
      const link = Object.assign(document.createElement("a"), { href: url, download: `${scan}.${format}` });
      link.click();
      URL.revokeObjectURL(url);
      say("");
    } catch (error) {
      say(problemOf(error).detail);
    }
  }
  return (
    <span className="export">
      {refused && <span className="refusal">{refused}</span>}
      <span className="quiet">export</span>
      {FORMATS.map((format) => (
        <button key={format} type="button" className="plain" onClick={() => void save(format)}>
          {format}
        </button>
      ))}
    </span>
  );
}
