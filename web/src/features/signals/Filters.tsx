import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { PHASES } from "@/service/phases";
import { scanners } from "@/service/questions";
import { words } from "@/shared/format";
import { SIDES, STATUSES, type Filter } from "./address";

interface Props {
  filter: Filter;
  change: (change: Filter) => void;
  clear: () => void;
  /** Behind a button, all but the status. */
  isNarrow: boolean;
}

/** Which signals are wanted. Each choice is in the address. */
export function Filters({ filter, change, clear, isNarrow }: Props) {
  const { data: known } = useQuery(scanners);
  const names = (known ?? []).map(({ name }) => name);
  const patterns = [...new Set((known ?? []).filter(({ name }) => !filter.scanner || name === filter.scanner).flatMap((one) => one.patterns.map(({ name }) => name)))].toSorted();
  const count = Object.keys(filter).filter((name) => name !== "status").length;
  const fields = (
    <>
      <Text key={`symbol ${filter.symbol ?? ""}`} name="symbol" value={filter.symbol ?? ""} width="short" put={(text) => change({ symbol: text.toUpperCase().replaceAll(/\s/g, "") || undefined })} />
      <Choice name="scanner" all={names} value={filter.scanner} put={(scanner) => change({ scanner, pattern: undefined })} />
      <Choice name="pattern" all={patterns} value={filter.pattern} put={(pattern) => change({ pattern })} />
      <Choice name="session" all={PHASES} value={filter.phase} put={(phase) => change({ phase })} />
      <Choice name="side" all={SIDES} value={filter.direction} put={(direction) => change({ direction })} />
      <Text
        key={`confidence ${filter.min_confidence ?? ""}`}
        name="confidence ≥"
        value={String(filter.min_confidence ?? "")}
        width="short"
        wrong={(text) => (text === "" || (Number(text) >= 0 && Number(text) <= 100) ? "" : "0 to 100")}
        put={(text) => change({ min_confidence: Number(text) || undefined })}
      />
      <label className="field">
        <span>from</span>
        <input type="date" value={filter.from ?? ""} max={filter.to} onChange={({ target }) => change({ from: target.value || undefined })} />
      </label>
      <label className="field">
        <span>to</span>
        <input type="date" value={filter.to ?? ""} min={filter.from} onChange={({ target }) => change({ to: target.value || undefined })} />
      </label>
      {filter.from && filter.to && filter.from > filter.to && <span className="refusal">from is later than to</span>}
      {Object.keys(filter).length > 0 && (
        <button type="button" className="plain accent" onClick={clear}>
          clear
        </button>
      )}
    </>
  );
  return (
    <div className="filters" role="group" aria-label="Filters">
      <div role="group" aria-label="Status">
        {[undefined, ...STATUSES].map((one) => (
          <button key={one ?? "all"} type="button" className={`plain ${one === filter.status ? "on" : ""}`} aria-pressed={one === filter.status} onClick={() => change({ status: one })}>
            {one ?? "all"}
          </button>
        ))}
      </div>
      {isNarrow ? (
        <details className="further">
          <summary>filters {count > 0 && <b>{count}</b>}</summary>
          <div className="filters">{fields}</div>
        </details>
      ) : (
        fields
      )}
    </div>
  );
}

function Choice<T extends string>({ name, all, value, put }: { name: string; all: readonly T[]; value?: T; put: (value: T | undefined) => void }) {
  const every = value === undefined || all.includes(value) ? all : [value, ...all];
  return (
    <label className="field">
      <span>{name}</span>
      <select value={value ?? ""} onChange={({ target }) => put((target.value as T) || undefined)}>
        <option value="">any</option>
        {every.map((one) => (
          <option key={one} value={one}>
            {words(one)}
          </option>
        ))}
      </select>
    </label>
  );
}

/** A text that counts once it is written: with Enter, or when one leaves it. */
function Text({ name, value, width, put, wrong = () => "" }: { name: string; value: string; width: string; put: (text: string) => void; wrong?: (text: string) => string }) {
  const [text, write] = useState(value);
  const refusal = wrong(text.trim());
  const done = () => {
    if (!refusal && text.trim() !== value) put(text.trim());
  };
  return (
    <label className={`field ${refusal ? "wrong" : ""}`}>
      <span>{name}</span>
      <input className={width} value={text} maxLength={32} spellCheck={false} aria-invalid={refusal !== ""} onChange={({ target }) => write(target.value)} onBlur={done} onKeyDown={({ key }) => key === "Enter" && done()} />
      {refusal && <span className="refusal">{refusal}</span>}
    </label>
  );
}
