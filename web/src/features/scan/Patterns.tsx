import { useQuery } from "@tanstack/react-query";
import { scannerExplain, type PatternAnswer } from "@/client";
import { Conditions } from "@/service/Conditions";
import { Failure } from "@/service/Failure";
import { keys } from "@/service/keys";
import type { Asked } from "@/service/question";
import { Skeleton } from "@/shared/Empty";
import { day, fixed, words } from "@/shared/format";
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

/** Why each pattern was met, or was not. */
export function Patterns({ symbol, asked, date, pattern }: Props) {
  const { scanner = "", timeframe = "1d", hours, cutoff, config } = asked;
  const of = date ?? asked.date;
  const { data, error, refetch } = useQuery({
    queryKey: keys.explain(symbol, scanner, { timeframe, hours, cutoff, day: of, config }),
    queryFn: async ({ signal }) =>
      (
        await scannerExplain({
          query: {
            symbol,
            scanner_type: scanner,
            date: of,
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
  if (!data) return error ? <Failure error={error} again={() => void refetch()} /> : <Skeleton />;
  const first = (one: PatternAnswer) => Number(one.pattern === pattern);
  const patterns = data.patterns.toSorted((a, b) => first(b) - first(a) || Number(b.hit) - Number(a.hit) || met(b) - met(a));
  return (
    <section>
      {patterns.map((one, index) => (
        <Pattern key={`${symbol} ${one.pattern}`} one={one} isOpen={index === 0} />
      ))}
      <p className="quiet">
        as of {day(data.as_of)} · {fixed(data.bars, 0)} bars <Labels labels={data.labels} />
      </p>
    </section>
  );
}

const met = (one: PatternAnswer) => one.conditions.filter(({ state }) => state === "true").length;

function Pattern({ one, isOpen }: { one: PatternAnswer; isOpen: boolean }) {
  return (
    <details className="pattern" open={isOpen}>
      <summary>
        <b>{one.hit ? "Why" : "Why not"}</b> {words(one.pattern)}{" "}
        <span className="quiet">
          {one.hit ? `${one.conditions.length} of ${one.conditions.length}` : `fell at ${words(one.first_not_true ?? "")}`}
        </span>
      </summary>
      <Conditions all={one.conditions} />
    </details>
  );
}
