import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { scannerExplain, type ConditionAnswer, type PatternAnswer } from "@/client";
import { Failure } from "@/service/Failure";
import { keys } from "@/service/keys";
import { useWatching } from "@/service/questions";
import { DeepCards } from "@/service/DeepCards";
import { Skeleton } from "@/shared/Empty";
import { fixed, words } from "@/shared/format";
import { Labels } from "@/shared/marks";

interface Props {
  symbol: string;
  scanner?: string;
  timeframe?: string;
  date?: string;
  set?: Record<string, unknown>;
  another: (symbol: string) => void;
}

/** Each condition with its value and threshold, met or not; and what the deep analysis says. */
export function Why({ symbol, scanner, timeframe, date, set, another }: Props) {
  const { watch } = useWatching();
  return (
    <>
      <header className="of-symbol">
        <h2 className="name">
          <Link to="/symbol/$" params={{ _splat: symbol }}>
            {symbol}
          </Link>
        </h2>
        <button type="button" className="plain" title="w" onClick={() => watch.mutate([symbol])}>
          {watch.isSuccess ? "watched ✓" : "+ watch"}
        </button>
      </header>
      {scanner && <Conditions {...{ symbol, scanner, timeframe, date, set }} />}
      {scanner && <Another ask={another} />}
      <DeepCards symbol={symbol} />
    </>
  );
}

function Conditions({ symbol, scanner, timeframe, date, set }: Omit<Props, "another" | "scanner"> & { scanner: string }) {
  const { data, error, refetch } = useQuery({
    queryKey: keys.explain(symbol, scanner, { timeframe, date, set }),
    queryFn: async () =>
      (
        await scannerExplain({
          query: {
            symbol,
            scanner_type: scanner,
            date,
            timeframe: (timeframe ?? "1d") as "1d",
            set: set && Object.entries(set).map(([name, value]) => `${name}=${String(value)}`),
          },
          throwOnError: true,
        })
      ).data,
    staleTime: Infinity,
  });
  if (error) return <Failure error={error} again={() => void refetch()} />;
  if (!data) return <Skeleton />;
  const patterns = data.patterns.toSorted((a, b) => Number(b.hit) - Number(a.hit) || met(b) - met(a));
  return (
    <>
      {patterns.map((one, index) => (
        <Pattern key={one.pattern} one={one} isOpen={index === 0} />
      ))}
      <p className="quiet">
        as of {data.as_of} · {fixed(data.bars, 0)} bars <Labels labels={data.labels} />
      </p>
    </>
  );
}

const met = (one: PatternAnswer) => one.conditions.filter(({ state }) => state === "true").length;
const MARKS = { true: "✓", false: "✗", unknown: "?" } as const;

function Pattern({ one, isOpen }: { one: PatternAnswer; isOpen: boolean }) {
  return (
    <details className="pattern" open={isOpen}>
      <summary>
        <b>{one.hit ? "Why" : "Why not"}</b> {words(one.pattern)}{" "}
        <span className="quiet">{one.hit ? `${one.conditions.length} of ${one.conditions.length}` : `fell at ${words(one.first_not_true ?? "")}`}</span>
      </summary>
      <table className="conditions">
        <tbody>
          {one.conditions.map((condition) => (
            <Condition key={condition.name} condition={condition} />
          ))}
        </tbody>
      </table>
    </details>
  );
}

function Condition({ condition }: { condition: ConditionAnswer }) {
  const first = condition.parts[0];
  return (
    <tr title={condition.text}>
      <td className={`mark ${condition.state === "false" ? "down" : condition.state === "true" ? "up" : "quiet"}`}>
        <span aria-label={condition.state}>{MARKS[condition.state]}</span>
      </td>
      <th scope="row">{words(condition.name)}</th>
      <td className="number">{condition.reason ?? first?.reason ?? number(first?.value)}</td>
      <td className="quiet">{first && `${first.operator ?? ""} ${number(first.threshold)}`}</td>
    </tr>
  );
}

function number(value: number | null | undefined): string {
  if (value === null || value === undefined) return "";
  return fixed(value, Math.abs(value) >= 1000 ? 0 : 2);
}

function Another({ ask }: { ask: (symbol: string) => void }) {
  const [text, write] = useState("");
  return (
    <form
      className="another"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim()) ask(text.trim().toUpperCase());
        write("");
      }}
    >
      <label>
        <span className="quiet">Why not …</span>
        <input value={text} maxLength={32} placeholder="symbol" onChange={(event) => write(event.target.value)} />
      </label>
    </form>
  );
}
