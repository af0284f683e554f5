import { useQuery } from "@tanstack/react-query";
import { PHASES, phaseOf } from "@/service/phases";
import { scanners } from "@/service/questions";
import { words } from "@/shared/format";
import { DIRECTIONS, isFiltered, SPANS, type AnalyticsSearch, type Span } from "./address";

interface Props {
  search: AnalyticsSearch;
  /** Patterns that were found in the span. */
  patterns: readonly string[];
  change: (change: AnalyticsSearch) => void;
}

const EVERY = "";
const NO_DATES = { from: undefined, to: undefined };
const CLEAR: AnalyticsSearch = { span: undefined, ...NO_DATES, scanner: undefined, pattern: undefined, direction: undefined, phase: undefined };
const SPAN_NAMES: Record<Span, string> = { "1w": "week", "1m": "month", "3m": "3 months", "1y": "year" };

/** Which signals are counted: over when, of whom, of what kind. */
export function Filters({ search, patterns, change }: Props) {
  const { data: known } = useQuery(scanners);
  const isDated = search.from !== undefined || search.to !== undefined;
  const names = [...new Set([...(known ?? []).map(({ name }) => name), ...(search.scanner ? [search.scanner] : [])])];
  return (
    <div className="filters">
      <div role="group" aria-label="Span">
        {(Object.keys(SPANS) as Span[]).map((span) => (
          <Choice key={span} name={SPAN_NAMES[span]} isOn={!isDated && search.span === span} choose={() => change({ span, ...NO_DATES })} />
        ))}
        <Choice name="all" isOn={!isDated && search.span === undefined} choose={() => change({ span: undefined, ...NO_DATES })} />
      </div>
      <label className="field">
        <span>from</span>
        <input type="date" value={search.from ?? ""} max={search.to} onChange={(event) => change({ from: event.target.value || undefined })} />
      </label>
      <label className="field">
        <span>to</span>
        <input type="date" value={search.to ?? ""} min={search.from} onChange={(event) => change({ to: event.target.value || undefined })} />
      </label>
      <Select name="scanner" value={search.scanner} options={names} choose={(scanner) => change({ scanner, pattern: undefined })} />
      <Select name="pattern" value={search.pattern} options={patterns} choose={(pattern) => change({ pattern })} />
      <Select name="session" value={search.phase} options={PHASES} choose={(phase) => change({ phase: phaseOf(phase) })} />
      <Select name="side" value={search.direction} options={DIRECTIONS} choose={(direction) => change({ direction: DIRECTIONS.find((one) => one === direction) })} />
      {isFiltered(search) && (
        <button type="button" className="plain accent" onClick={() => change(CLEAR)}>
          clear
        </button>
      )}
    </div>
  );
}

function Choice({ name, isOn, choose }: { name: string; isOn: boolean; choose: () => void }) {
  return (
    <button type="button" className={`plain ${isOn ? "on" : ""}`} aria-pressed={isOn} onClick={choose}>
      {name}
    </button>
  );
}

function Select({ name, value, options, choose }: { name: string; value?: string; options: readonly string[]; choose: (value: string | undefined) => void }) {
  const all = value && !options.includes(value) ? [...options, value] : options;
  return (
    <label className="field">
      <span>{name}</span>
      <select value={value ?? EVERY} onChange={(event) => choose(event.target.value || undefined)}>
        <option value={EVERY}>all</option>
        {all.map((one) => (
          <option key={one} value={one}>
            {words(one)}
          </option>
        ))}
      </select>
    </label>
  );
}
