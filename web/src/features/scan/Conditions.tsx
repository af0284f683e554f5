import { useQuery } from "@tanstack/react-query";
import { scannerExplain, type ComparisonAnswer, type ConditionAnswer, type PatternAnswer } from "@/client";
import { Failure } from "@/service/Failure";
import { keys } from "@/service/keys";
import type { Asked } from "@/service/question";
import { Skeleton } from "@/shared/Empty";
import { fixed, short, words } from "@/shared/format";
import { Labels } from "@/shared/marks";
import { textOf } from "@/service/parameters";

interface Props {
  symbol: string;
  asked: Asked;
  /** The session that the rows are of. */
  date?: string;
  /** The pattern that is looked at first. */
  pattern?: string;
}

/** Each condition of every pattern with its value and threshold, met or not. */
export function Conditions({ symbol, asked, date, pattern }: Props) {
  const { scanner = "", timeframe = "1d", hours, cutoff, config } = asked;
  const day = date ?? asked.date;
  const { data, error, refetch } = useQuery({
    queryKey: keys.explain(symbol, scanner, { timeframe, hours, cutoff, day, config }),
    queryFn: async ({ signal }) =>
      (
        await scannerExplain({
          query: {
            symbol,
            scanner_type: scanner,
            date: day,
            cutoff_time: cutoff,
            timeframe: timeframe as "1d",
            hours,
            set: config && Object.entries(config).map(([name, value]) => `${name}=${textOf(value)}`),
          },
          signal,
          throwOnError: true,
        })
      ).data,
    staleTime: Infinity,
  });
  if (error) return <Failure error={error} again={() => void refetch()} />;
  if (!data) return <Skeleton />;
  const first = (one: PatternAnswer) => Number(one.pattern === pattern);
  const patterns = data.patterns.toSorted((a, b) => first(b) - first(a) || Number(b.hit) - Number(a.hit) || met(b) - met(a));
  return (
    <section>
      {patterns.map((one, index) => (
        <Pattern key={`${symbol} ${one.pattern}`} one={one} isOpen={index === 0} />
      ))}
      <p className="quiet">
        as of {data.as_of} · {fixed(data.bars, 0)} bars <Labels labels={data.labels} />
      </p>
    </section>
  );
}

const met = (one: PatternAnswer) => one.conditions.filter(({ state }) => state === "true").length;
const MARKS = { true: "✓", false: "✗", unknown: "?" } as const;
const SIDES = { true: "up", false: "down", unknown: "quiet" } as const;

function Pattern({ one, isOpen }: { one: PatternAnswer; isOpen: boolean }) {
  return (
    <details className="pattern" open={isOpen}>
      <summary>
        <b>{one.hit ? "Why" : "Why not"}</b> {words(one.pattern)}{" "}
        <span className="quiet">
          {one.hit ? `${one.conditions.length} of ${one.conditions.length}` : `fell at ${words(one.first_not_true ?? "")}`}
        </span>
      </summary>
      <table className="conditions">
        <thead className="hidden">
          <tr>
            {["met", "condition", "value", "threshold"].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
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
  const { name, text, state, parts, reason } = condition;
  const [only] = parts;
  return (
    <>
      <tr title={text}>
        <Mark state={state} />
        <th scope="row">{words(name)}</th>
        <td className="number">{parts.length > 1 ? "" : (reason ?? only?.reason ?? number(only?.value))}</td>
        <td className="quiet">{parts.length === 1 && only && bound(only)}</td>
      </tr>
      {parts.length > 1 &&
        parts.map((one, index) => (
          <tr key={index} className="comparison" title={one.text}>
            <Mark state={one.state} />
            <th scope="row">{one.text}</th>
            <td className="number">{one.reason ?? number(one.value)}</td>
            <td className="quiet">{bound(one)}</td>
          </tr>
        ))}
    </>
  );
}

function Mark({ state }: { state: keyof typeof MARKS }) {
  return (
    <td className={`mark ${SIDES[state]}`}>
      <span role="img" aria-label={state}>
        {MARKS[state]}
      </span>
    </td>
  );
}

const SIGNS: Record<string, string> = { ">=": "≥", "<=": "≤", "==": "=", "!=": "≠" };
const bound = ({ operator, threshold }: ComparisonAnswer) => `${SIGNS[operator ?? ""] ?? operator ?? ""} ${number(threshold)}`;

function number(value: number | null | undefined): string {
  if (value === null || value === undefined) return "";
  const size = Math.abs(value);
  return size >= 1e6 ? short(value) : fixed(value, size >= 1000 ? 0 : 2);
}
