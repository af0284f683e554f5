import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { rangeScansGetUniverse, type ScannerDescription } from "@/client";
import { Failure } from "@/service/Failure";
import { scanners } from "@/service/questions";
import { words } from "@/shared/format";
import { QUICK, type ScanSearch } from "./address";
import { FormulaField } from "./FormulaField";
import { chosen, parametersOf, read, type Parameter } from "@/service/parameters";
import { ParameterField } from "@/service/ParameterField";

const TIMEFRAMES = ["1m", "5m", "15m", "30m", "1h", "4h", "1d", "1w"];
const QUICK_TIMEFRAMES = ["5m", "15m", "1h", "1d"];

/** What is asked: a scanner, of whom, when, and its parameters as its schema says them. */
export function Question({ asked, isScanning, again }: { asked: ScanSearch; isScanning: boolean; again: () => void }) {
  const { data: known, error, refetch } = useQuery(scanners);
  const go = useNavigate();
  const [name, pick] = useState(asked.scanner ?? QUICK);
  const [about, change] = useState({ timeframe: asked.timeframe, universe: asked.universe, date: asked.date });
  const [texts, write] = useState<Record<string, string>>(() => textsOf(asked.set ?? {}));
  const scanner = known?.find((one) => one.name === name);
  const parameters = useMemo(() => (scanner ? parametersOf(scanner.parameters) : []), [scanner]);
  const answers = parameters.map((one) => [one, read(one, texts[one.name] ?? textOf(one.fallback))] as const);
  const isWrong = answers.some(([, answer]) => "wrong" in answer);

  function ask(): void {
    if (isWrong) return;
    const values = Object.fromEntries(answers.map(([one, answer]) => [one.name, "value" in answer ? answer.value : undefined]));
    const next: ScanSearch = { scanner: name, ...about, set: chosen(parameters, values), sort: asked.sort, symbol: undefined };
    if (isSame(next, asked)) again();
    else void go({ to: "/scan", search: next });
  }

  return (
    <form
      className="question"
      aria-label="What to scan for"
      onSubmit={(event) => {
        event.preventDefault();
        ask();
      }}
    >
      <div className="line">
        <Choice label="Scanner" value={name} change={(next) => {
            pick(next);
            write({});
          }} options={namesOf(known)} />
        <Universe value={about.universe} change={(universe) => change({ ...about, universe })} />
        <Choice
          label="Bars"
          value={about.timeframe ?? "1d"}
          change={(timeframe) => change({ ...about, timeframe: timeframe === "1d" ? undefined : timeframe })}
          options={(scanner?.timeframes ?? (name === QUICK ? QUICK_TIMEFRAMES : TIMEFRAMES)).map((one) => [one, one])}
        />
        {name !== QUICK && (
          <label className="field">
            <span>As of</span>
            <input
              type="date"
              value={about.date ?? ""}
              title="empty: the last complete session"
              onChange={(event) => change({ ...about, date: event.target.value || undefined })}
            />
          </label>
        )}
        <Button type="submit" size="xs" h={28} disabled={isWrong} aria-busy={isScanning}>
          Scan ⏎
        </Button>
        <p className="quiet about">{name === QUICK ? "Every stock at its last closed bar, strongest first, analysed deeply behind." : scanner?.title}</p>
      </div>
      {error && !known && <Failure error={error} again={() => void refetch()} />}
      {parameters.length > 0 && (
        <div className="parameters">
          {answers.map(([one, answer]) => (
            <Field
              key={one.name}
              known={one}
              text={texts[one.name] ?? textOf(one.fallback)}
              wrong={"wrong" in answer ? answer.wrong : undefined}
              write={(text) => write((before) => ({ ...before, [one.name]: text }))}
              timeframe={about.timeframe}
              universe={about.universe}
            />
          ))}
        </div>
      )}
    </form>
  );
}

interface FieldProps {
  known: Parameter;
  text: string;
  wrong?: string;
  write: (text: string) => void;
  timeframe?: string;
  universe?: string;
}

function Field(props: FieldProps) {
  return props.known.name === "formula" ? <FormulaField {...props} /> : <ParameterField {...props} />;
}

function Choice({ label, value, change, options }: { label: string; value: string; change: (value: string) => void; options: [string, string][] }) {
  return (
    <label className="field">
      <span>{label}</span>
      <select value={value} onChange={(event) => change(event.target.value)}>
        {options.map(([name, shown]) => (
          <option key={name} value={name}>
            {shown}
          </option>
        ))}
      </select>
    </label>
  );
}

function Universe({ value, change }: { value?: string; change: (value?: string) => void }) {
  const { data } = useQuery({
    queryKey: ["universe"],
    queryFn: async () => (await rangeScansGetUniverse({ throwOnError: true })).data,
    staleTime: 300_000,
  });
  const kinds = Object.entries({ ...data?.by_type, ...data?.by_exchange });
  const known: [string, string][] = kinds.map(([name, count]) => [name, `${name} · ${count}`]);
  if (value && !kinds.some(([name]) => name === value)) known.push([value, value]);
  return (
    <Choice
      label="Universe"
      value={value ?? ""}
      change={(next) => change(next || undefined)}
      options={[["", data ? `all stocks · ${data.total}` : "all stocks"], ...known]}
    />
  );
}

function namesOf(known: readonly ScannerDescription[] | undefined): [string, string][] {
  return [[QUICK, "quick scan"], ...(known ?? []).map(({ name }): [string, string] => [name, words(name)])];
}

const textOf = (value: unknown): string =>
  value === null || value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value);
const textsOf = (set: Record<string, unknown>) => Object.fromEntries(Object.entries(set).map(([name, value]) => [name, textOf(value)]));
const isSame = (a: ScanSearch, b: ScanSearch) =>
  (["scanner", "timeframe", "universe", "date"] as const).every((name) => a[name] === b[name]) && JSON.stringify(a.set) === JSON.stringify(b.set);
