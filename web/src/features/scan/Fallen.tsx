import { useQuery } from "@tanstack/react-query";
import { scannerWhoFell } from "@/client";
import { Failure } from "@/service/Failure";
import { keys } from "@/service/keys";
import { Empty, Skeleton } from "@/shared/Empty";
import { fixed, words } from "@/shared/format";
import type { Step } from "./Funnel";

/** Who fell at a step, the nearest misses first. */
export function Fallen({ scan, step, show }: { scan: string; step: Step; show: (symbol: string) => void }) {
  const { data, error, refetch } = useQuery({
    queryKey: keys.fallen(scan, step.number, step.pattern),
    queryFn: async () =>
      (
        await scannerWhoFell({
          path: { scan_id: scan, step: String(step.number) },
          query: { pattern: step.pattern, limit: 100 },
          throwOnError: true,
        })
      ).data,
    staleTime: Infinity,
  });
  return (
    <>
      <h2>Fell at “{words(step.name)}”</h2>
      {!data ? (
        error ? <Failure error={error} again={() => void refetch()} /> : <Skeleton />
      ) : data.items.length === 0 ? (
        <Empty title="Nobody fell here" />
      ) : (
        <ul className="fallen">
          {data.items.map((one) => (
            <li key={one.symbol}>
              <button type="button" className="plain" onClick={() => show(one.symbol)}>
                <b>{one.symbol}</b>
                <span className="quiet">{one.distance_pct === null ? one.state : `${fixed(Math.abs(one.distance_pct), 1)} % short`}</span>
                <span>{one.says}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
