import { useQuery } from "@tanstack/react-query";
import { WATCHLIST, type Asked } from "@/service/question";
import { portfolios, watchlist } from "@/service/questions";
import { UniverseField } from "@/service/UniverseField";

type Chosen = Pick<Asked, "universe" | "list" | "symbols">;
const SOME = "some";
const LIST = "list ";

interface Props {
  chosen: Chosen;
  change: (chosen: Chosen) => void;
}

/** Whom to ask: everybody, a type or exchange, the watchlist, a portfolio, or some symbols by name. */
export function Among({ chosen: { universe, list, symbols }, change }: Props) {
  const { data: watched } = useQuery(watchlist);
  const { data: held } = useQuery(portfolios);
  const lists: [string, string, number][] = [
    [WATCHLIST, "my watchlist", watched?.items.length ?? 0],
    ...(held?.items ?? []).map(({ id, name, symbols: its }): [string, string, number] => [id, name, its.length]),
  ];
  const isUnknown = list !== undefined && !lists.some(([id]) => id === list);
  function choose(kind: string | undefined, other?: string): void {
    if (other === undefined) change({ universe: kind });
    else if (other === SOME) change({ symbols: "" });
    else change({ list: other.slice(LIST.length) });
  }
  return (
    <>
      <UniverseField chosen={universe} other={symbols !== undefined ? SOME : list && `${LIST}${list}`} choose={choose}>
        <optgroup label="lists">
          {isUnknown && <option value={`${LIST}${list}`}>a list</option>}
          {lists.map(([id, name, count]) => (
            <option key={id} value={`${LIST}${id}`}>
              {name} · {count}
            </option>
          ))}
          <option value={SOME}>symbols …</option>
        </optgroup>
      </UniverseField>
      {symbols !== undefined && (
        <label className="field symbols">
          <span>Symbols</span>
          <input value={symbols} autoFocus={symbols === ""} maxLength={5000} placeholder="NVDA AAPL" spellCheck={false} onChange={(event) => change({ symbols: event.target.value })} />
        </label>
      )}
    </>
  );
}
