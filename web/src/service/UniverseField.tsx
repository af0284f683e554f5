import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { universe } from "./questions";

interface Props {
  /** A type or an exchange; without: all. */
  chosen?: string;
  /** What is chosen of the `children` in its place. */
  other?: string;
  choose: (universe: string | undefined, other?: string) => void;
  /** What may be chosen beside types and exchanges. */
  children?: ReactNode;
}

const OF = "of ";

/** Which stocks: all, or those of a type or an exchange, with how many they are. */
export function UniverseField({ chosen, other, choose, children }: Props) {
  const { data } = useQuery(universe);
  const kinds = Object.entries({ ...data?.by_type, ...data?.by_exchange });
  const isUnknown = chosen !== undefined && !kinds.some(([name]) => name === chosen);
  function take(value: string): void {
    if (value === "" || value.startsWith(OF)) choose(value.slice(OF.length) || undefined);
    else choose(undefined, value);
  }
  return (
    <label className="field">
      <span>Universe</span>
      <select value={other ?? (chosen === undefined ? "" : `${OF}${chosen}`)} onChange={(event) => take(event.target.value)}>
        <option value="">{data ? `all stocks · ${data.total}` : "all stocks"}</option>
        {isUnknown && <option value={`${OF}${chosen}`}>{chosen}</option>}
        {kinds.map(([name, count]) => (
          <option key={name} value={`${OF}${name}`}>
            {name} · {count}
          </option>
        ))}
        {children}
      </select>
    </label>
  );
}
