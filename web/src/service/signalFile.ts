import type { ShownSignal } from "@/client";
import { csv } from "@/shared/file";

const NAMES = [
  "id", "symbol", "scanner", "pattern", "direction", "timeframe", "phase", "bar_time", "available_at", "entry", "stop", "target1", "target2",
  "confidence", "score", "volume", "atr", "rvol", "position_size", "risk_amount", "status", "outcome", "trigger_price", "exit_price", "r",
  "hypothetical_pnl", "origin", "labels", "series", "data_version", "created_at", "updated_at",
] as const satisfies readonly (keyof ShownSignal)[];

/** Signals as comma-separated values, with a line of names. */
export const csvOf = (signals: readonly ShownSignal[]): string => csv([NAMES, ...signals.map((one) => NAMES.map((name) => one[name]))]);
