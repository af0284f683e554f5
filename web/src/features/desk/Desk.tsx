import "./desk.css";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useRowActs } from "@/service/useRowActs";
import { Telling, useTold } from "@/shared/Told";
import { exportSeen } from "./exporting";
import { Market } from "./Market";
import { Tape } from "./Tape";
import { Watchlist } from "./Watchlist";

/** One glance: what is watched, what is signalled, how the market is. */
export function Desk() {
  const queries = useQueryClient();
  const { told, tell, forget } = useTold();
  const [chosen, choose] = useState<{ symbol: string; isSignal: boolean } | null>(null);
  useRowActs(tell, { symbol: chosen?.symbol, write: () => exportSeen(queries, chosen?.isSignal ?? false) });
  function look({ target }: { target: Element }): void {
    const symbol = target.closest<HTMLElement>("[data-symbol]")?.dataset.symbol;
    if (symbol) choose({ symbol, isSignal: target.closest(".tape") !== null });
  }
  return (
    <div className="desk" onFocus={look}>
      <h1 className="hidden">Desk</h1>
      <Watchlist chosen={chosen?.symbol} choose={(symbol) => choose({ symbol, isSignal: false })} />
      <Tape />
      <Market />
      <Telling told={told} forget={forget} />
    </div>
  );
}
