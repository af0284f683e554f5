import { scannerExportScan } from "@/client";
import { saveFile } from "@/shared/file";

export const FORMATS = ["csv", "xlsx", "json", "parquet"] as const;
export type Format = (typeof FORMATS)[number];

/** A scan's rows as a file that the service writes; `name`: what it is called. */
export async function exportScan(scan: string, format: Format, name = scan): Promise<void> {
  const { data } = await scannerExportScan({ path: { scan_id: scan, format }, parseAs: "blob", throwOnError: true });
  saveFile(data as unknown as Blob, `${name}.${format}`);
}
