import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useEffect, useMemo, useRef, useState } from "react";
import type { ScannerDescription } from "@/client";
import { Failure } from "@/service/Failure";
import { ParameterField } from "@/service/ParameterField";
import { parametersOf, read } from "@/service/parameters";
import { problemOf } from "@/service/problem";
import { scanners } from "@/service/questions";
import { words } from "@/shared/format";
import { Universe, useListed } from "./among";
import { FLOORS, type Floor, type RangeSearch } from "./address";
import { presets, type Preset } from "./dates";
import { FormulaText, TextField } from "./fields";
import { requestOf, searchOf, symbolsIn, textOf, type Written } from "./question";
import { refusal } from "./refusal";
import { newKey, stored, useExecute } from "./scans";

const DAILY = "1d";
const FIRST_CHOICE = "breakout";
const SETTLE_MS = 400;
const NONE: readonly never[] = [];
const FLOOR_NAMES: Record<Floor, string> = {
  min_price: "price ≥",
  max_price: "price ≤",
  min_volume: "volume ≥",
  min_dollar_volume: "dollar volume ≥",
};

/** What is asked: a scanner with its parameters, from one day to another, of whom. What is written stands in the address. */
export function RangeForm({ asked }: { asked: RangeSearch }) {
  const { data: known, error: unknown, refetch } = useQuery(scanners);
  const { data: market } = useQuery(stored);
  const go = useNavigate();
  const execute = useExecute();
  const [written, write] = useState(() => writtenOf(asked));
  const offered = useMemo(() => presets(market?.first_date, market?.last_date), [market]);
  const listed = useListed(written.list);
  const filled = useMemo(() => filledIn(written, offered, listed), [written, offered, listed]);
  const scanner = known?.find(({ name }) => name === written.scanner);
  const parameters = useMemo(() => (scanner ? parametersOf(scanner.parameters) : NONE), [scanner]);
  const search = useMemo(() => searchOf(filled, parameters), [filled, parameters]);
  const key = useRef(newKey());
  const isNobody = written.list !== undefined && listed?.length === 0;
  const isReady = known !== undefined && !isNobody && (written.list === undefined || listed !== undefined);
  const refused = refusal(execute.error, symbolsIn(written.without));

  useEffect(() => {
    if (!scanner) return;
    const timer = setTimeout(() => void go({ to: "/range", search, replace: true }), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [go, search, scanner]);

  function change(to: Partial<Written>): void {
    write({ ...filled, ...to });
    key.current = newKey();
    execute.reset();
  }

  async function start(): Promise<void> {
    try {
      const { scan_id: scanId } = await execute.mutateAsync({ request: requestOf(filled, parameters), key: key.current });
      await go({ to: "/range", search, replace: true });
      await go({ to: "/range/$scanId", params: { scanId } });
    } catch (error) {
      if (problemOf(error).status !== 0) key.current = newKey(); // it was refused: what is sent next is another question
    }
  }

  return (
    <form
      className="question of-range"
      aria-label="What to scan for"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void start();
      }}
    >
      <div className="line">
        <label className="field">
          <span>Scanner</span>
          <select value={written.scanner} onChange={(event) => change({ scanner: event.target.value, config: {} })}>
            {namesOf(known, written.scanner).map((name) => (
              <option key={name} value={name}>
                {words(name)}
              </option>
            ))}
          </select>
        </label>
        <TextField label="From" type="date" text={filled.from} wrong={refused.start_date} write={(from) => change({ from })} />
        <TextField label="to" type="date" text={filled.to} wrong={refused.end_date} write={(to) => change({ to })} />
        <span className="presets" role="group" aria-label="Ranges">
          {offered.map(({ name, from, to }) => {
            const isOn = from === filled.from && to === filled.to;
            return (
              <button key={name} type="button" className={`plain ${isOn ? "on" : ""}`} aria-pressed={isOn} onClick={() => change({ from, to })}>
                {name}
              </button>
            );
          })}
        </span>
        <Button type="submit" size="xs" h={28} disabled={execute.isPending || !isReady} aria-busy={execute.isPending}>
          Scan the range ⏎
        </Button>
        <Link className="quiet" to="/scan" search={{ scanner: written.scanner, universe: written.universe }}>
          one day only
        </Link>
      </div>
      <div className="line">
        <Universe value={written.universe} change={(next) => change({ universe: next })} />
        <TextField label="Only" text={filled.symbols} hint="all symbols" isLong wrong={refused.include_tickers ?? refused.universe ?? (isNobody ? "this list has no symbols" : undefined)} write={(symbols) => change({ symbols, list: undefined })} />
        <TextField label="without" text={written.without} hint="no symbol" isLong wrong={refused.exclude_tickers} write={(without) => change({ without })} />
        {FLOORS.map((name) => (
          <TextField
            key={name}
            label={FLOOR_NAMES[name]}
            text={written.floors[name] ?? ""}
            hint="any"
            isNumber
            wrong={refused[`filters.${name}`]}
            write={(text) => change({ floors: { ...written.floors, [name]: text } })}
          />
        ))}
      </div>
      <p className="quiet about-form">
        {scanner ? `${scanner.title}, ` : ""}at every daily bar of the range{market?.first_date ? ` · bars are stored from ${market.first_date} to ${market.last_date ?? ""}` : ""}
      </p>
      {(refused[""] ?? refused.scanner_type) && (
        <p className="refusal" role="alert">
          {refused[""] ?? refused.scanner_type}
        </p>
      )}
      {unknown && !known && <Failure error={unknown} again={() => void refetch()} />}
      {parameters.length > 0 && (
        <div className="parameters">
          {parameters.map((one) => {
            const text = written.config[one.name] ?? textOf(one.fallback);
            const answer = read(one, text);
            const wrong = refused[one.name] ?? ("wrong" in answer ? answer.wrong : undefined);
            const put = (next: string) => change({ config: { ...written.config, [one.name]: next } });
            return one.name === "formula" ? (
              <FormulaText key={one.name} text={text} wrong={refused.formula} write={put} />
            ) : (
              <ParameterField key={one.name} known={one} text={text} wrong={wrong} write={put} />
            );
          })}
        </div>
      )}
    </form>
  );
}

/** Scanners of daily bars; and whatever the address names, of which the service says that it does not exist. */
function namesOf(known: readonly ScannerDescription[] | undefined, name: string): string[] {
  const names = (known ?? []).filter(({ timeframes }) => timeframes.includes(DAILY)).map((one) => one.name);
  return names.includes(name) ? names : [...names, name];
}

function writtenOf(asked: RangeSearch): Written {
  return {
    scanner: asked.scanner ?? FIRST_CHOICE,
    universe: asked.universe,
    from: asked.from ?? "",
    to: asked.to ?? "",
    symbols: asked.symbols ?? "",
    without: asked.without ?? "",
    floors: asked.floors ?? {},
    list: asked.list,
    config: Object.fromEntries(Object.entries(asked.config ?? {}).map(([name, value]) => [name, textOf(value)])),
  };
}

/** Dates that nobody has written are those of the last month that is stored; symbols of a list are the list's. */
function filledIn(written: Written, [usual]: readonly Preset[], listed: readonly string[] | undefined): Written {
  const dates = usual && !written.from && !written.to ? { from: usual.from, to: usual.to } : {};
  const symbols = written.list && listed ? { symbols: listed.join(" ") } : {};
  return { ...written, ...dates, ...symbols };
}
