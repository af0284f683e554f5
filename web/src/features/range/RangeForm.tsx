import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useRouter } from "@tanstack/react-router";
import { useEffect, useMemo, useRef, useState } from "react";
import type { ScannerDescription } from "@/client";
import { Failure } from "@/service/Failure";
import { parametersOf } from "@/service/parameters";
import { problemOf } from "@/service/problem";
import { symbolsIn } from "@/service/question";
import { scanners, universe } from "@/service/questions";
import { day, words } from "@/shared/format";
import type { RangeSearch } from "./address";
import { presets, type Preset } from "./dates";
import { requestOf, searchOf, textOf, type Written } from "./question";
import { Parameters, placesOf, When, Whom } from "./RangeFields";
import { refusal } from "./refusal";
import { newKey, useExecute } from "./scans";
import { useListed } from "./useListed";

const DAILY = "1d";
const FIRST_CHOICE = "breakout";
const SETTLE_MS = 400;
const NONE: readonly never[] = [];

/** What is asked: a scanner with its parameters, from one day to another, of whom. What is written stands in the address. */
export function RangeForm({ asked }: { asked: RangeSearch }) {
  const { data: known, error: unknown, refetch } = useQuery(scanners);
  const { data: market } = useQuery(universe);
  const go = useNavigate();
  const router = useRouter();
  const execute = useExecute();
  const [first] = useState(() => writtenOf(asked));
  const [written, write] = useState(first);
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
  const places = placesOf(parameters);
  const unplaced = Object.entries(refused).flatMap(([name, why]) => (places.has(name) ? [] : [why]));

  useEffect(() => {
    if (!scanner || written === first) return;
    const timer = setTimeout(() => {
      const isLeaving = router.latestLocation.pathname !== "/range";
      if (!isLeaving) void go({ to: "/range", search, replace: true });
    }, SETTLE_MS);
    return () => clearTimeout(timer);
  }, [go, router, search, scanner, written, first]);

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

  const parts = { written: filled, refused, change };
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
        <When {...parts} offered={offered} />
        <Button type="submit" size="xs" h={28} disabled={execute.isPending || !isReady} aria-busy={execute.isPending}>
          Scan the range ⏎
        </Button>
        <Link className="quiet" to="/scan" search={{ scanner: written.scanner, universe: written.universe }}>
          one day only
        </Link>
      </div>
      <Whom {...parts} isNobody={isNobody} />
      <p className="quiet">
        {scanner ? `${scanner.title.replace(/\.$/, "")} · ` : ""}at every daily bar of the range{market?.first_date && market.last_date ? ` · bars are stored from ${day(market.first_date)} to ${day(market.last_date)}` : ""}
      </p>
      {unplaced.length > 0 && (
        <p className="refusal" role="alert">
          {unplaced.join("; ")}
        </p>
      )}
      {unknown && !known && <Failure error={unknown} again={() => void refetch()} />}
      <Parameters {...parts} parameters={parameters} />
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
