import { useQuery } from "@tanstack/react-query";
import { marketDataProviders, type Provider } from "@/client";
import { Failure } from "@/service/Failure";
import { useNow } from "@/shared/useNow";
import { Empty, Skeleton } from "@/shared/Empty";
import { DASH, fixed, span, words } from "@/shared/format";

const GLANCE_MS = 15_000;

/** How each provider of bars fares, as whoever asked it last wrote down. */
export function Providers() {
  const { data, error, refetch } = useQuery({
    queryKey: ["providers"],
    queryFn: async () => (await marketDataProviders({ throwOnError: true })).data.items,
    refetchInterval: GLANCE_MS,
  });
  const now = useNow(1000);
  if (!data) return error ? <Failure error={error} again={() => void refetch()} /> : <Skeleton />;
  if (data.length === 0) return <Empty title="No providers">This service has none that it could ask for bars.</Empty>;
  return (
    <div className="sheet-of-part wide providers">
      {error && <Failure error={error} />}
      {data.map((one) => (
        <section key={one.provider} aria-label={one.provider}>
          <div className="actions">
            <i className={`dot ${{ good: "on", odd: "warn", "never asked": "" }[one.state]}`} />
            <b>{one.provider}</b>
            <span className={one.state === "odd" ? "label" : "quiet"}>{one.state}</span>
            {one.running && <span className="quiet">· a feed is running</span>}
          </div>
          <p>
            {one.detail !== one.state && one.detail} {one.advice && <span className="quiet">{one.advice}</span>}
          </p>
          {one.state !== "never asked" && <Figures of={one} now={now} />}
        </section>
      ))}
    </div>
  );
}

function Figures({ of, now }: { of: Provider; now: number }) {
  const ago = (at: string | null) => (at ? `${span((now - Date.parse(at)) / 1000)} ago` : DASH);
  const errors = Object.entries(of.errors);
  const feed = of.feed ?? {};
  const text = (name: string) => (typeof feed[name] === "string" ? feed[name] : null);
  const figures: [string, string, string?][] = [
    ["calls", fixed(of.calls, 0)],
    ["rate budget left", of.credits_left === null ? "not said" : fixed(of.credits_left, 0), "credits of this provider, as it said last"],
    ["line", of.breaker === "closed" ? "asked as usual" : of.breaker ? `${words(of.breaker)}: left alone after errors` : DASH],
    ["last answer", ago(of.last_success_at)],
    ["last data", ago(of.last_data_at)],
    ["last error", ago(of.last_error_at)],
    ["errors", errors.length > 0 ? errors.map(([kind, count]) => `${words(kind)} ${fixed(count, 0)}`).join(", ") : "none"],
    ...(of.feed ? [["feed, whole up to", ago(text("watermark"))] as [string, string]] : []),
    ...(text("stale_since") ? [["stale for", ago(text("stale_since"))] as [string, string]] : []),
    ...(text("trouble") ? [["trouble", text("trouble") ?? ""] as [string, string]] : []),
  ];
  return (
    <dl className="figures">
      {figures.map(([name, value, about]) => (
        <div key={name} title={about}>
          <dt className="quiet">{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
