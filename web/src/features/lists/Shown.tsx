import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";
import { Failure } from "@/service/Failure";
import { useRowActs } from "@/service/useRowActs";
import type { Tell } from "@/shared/Told";
import { AddSymbol } from "./AddSymbol";
import type { Kept } from "./kept";
import { ListTable } from "./ListTable";
import { Many } from "./Many";
import { fileName, saveText } from "./save";
import { asText } from "./symbols";
import { listsView } from "./view";

const route = getRouteApi("/frame/lists");

export interface Common {
  canWrite: boolean;
  tell: Tell;
}

interface Props extends Common {
  name: string;
  about: string;
  kept: Kept;
  isWatchlist?: boolean;
  acts?: ReactNode;
  empty: ReactNode;
}

/** One list: what it is called, what can be done with it, its symbols. */
export function Shown({ name, about, kept, isWatchlist = false, acts, empty, canWrite, tell }: Props) {
  const { list, symbol } = route.useSearch();
  const { data: view } = useQuery(listsView);
  const [many, paste] = useState<string | null>(null);
  const go = useNavigate();
  const select = (next: string) => void go({ to: "/lists", search: { list, symbol: next }, replace: true });
  const said = (symbols: readonly string[]) => (symbols.length === 1 ? (symbols[0] ?? "") : `${symbols.length} symbols`);
  function add(symbols: readonly string[]): void {
    const fresh = symbols.filter((one) => !kept.symbols.includes(one));
    kept.add(fresh);
    tell(`${said(fresh)} added to ${name}.`, () => kept.remove(fresh));
  }
  function remove(symbols: readonly string[]): void {
    const before = kept.symbols;
    kept.remove(symbols);
    tell(`${said(symbols)} removed from ${name}.`, () => kept.restore(symbols, before));
  }
  const write = () => saveText(fileName(name), asText(kept.symbols, view?.notes));
  const isThere = symbol !== undefined && kept.symbols.includes(symbol);
  useRowActs(tell, { symbol: isThere ? symbol : undefined, write: kept.symbols.length > 0 ? write : undefined });
  return (
    <>
      <header className="kept-head">
        <h1 className="ellipsis">{name}</h1>
        {canWrite && <AddSymbol there={kept.symbols} add={(one) => add([one])} many={paste} />}
        <span className="kept-acts">
          {canWrite && (
            <button type="button" className="plain" onClick={() => paste("")}>
              add many
            </button>
          )}
          <button type="button" className="plain" title="x" disabled={kept.symbols.length === 0} onClick={write}>
            export
          </button>
          {canWrite && acts}
        </span>
      </header>
      {about && <p className="kept-about quiet">{about}</p>}
      {kept.error !== null && kept.error !== undefined && <Failure error={kept.error} />}
      {kept.meanwhile.length > 0 && (
        <p className="meanwhile" role="status">
          Somebody had changed this portfolio meanwhile ({kept.meanwhile.join("; ")}). Both changes are in it.
        </p>
      )}
      <ListTable label={`Symbols of ${name}`} kept={kept} isWatchlist={isWatchlist} canWrite={canWrite} selected={symbol} select={select} remove={remove} empty={empty} />
      {many !== null && <Many begin={many} there={kept.symbols} add={add} close={() => paste(null)} />}
    </>
  );
}
