import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { portfoliosListPortfolios } from "@/client";
import { Failure } from "@/service/Failure";
import { useWatching, watchlist } from "@/service/questions";
import { Empty, Skeleton } from "@/shared/Empty";
import { day } from "@/shared/format";

/** The watchlist, to be changed, and portfolios. What is taken off is put back by Undo. */
export function Lists() {
  return (
    <div className="lists">
      <h1 className="hidden">Lists</h1>
      <Watched />
      <Portfolios />
    </div>
  );
}

function Watched() {
  const { data, error, refetch } = useQuery(watchlist);
  const { watch, unwatch } = useWatching();
  const [gone, remember] = useState<string | null>(null);
  const [text, write] = useState("");
  return (
    <section aria-label="Watchlist">
      <header>
        <h2>Watchlist</h2>
        <form
          className="add"
          onSubmit={(event) => {
            event.preventDefault();
            const symbols = text.toUpperCase().split(/[\s,]+/).filter(Boolean);
            if (symbols.length > 0) watch.mutate(symbols);
            write("");
          }}
        >
          <input value={text} maxLength={1000} placeholder="+ symbols" aria-label="Add symbols" onChange={(event) => write(event.target.value)} />
        </form>
      </header>
      {(watch.error ?? unwatch.error) && <Failure error={watch.error ?? unwatch.error} />}
      {gone && (
        <p className="undo" role="status">
          {gone} is off the list.{" "}
          <Button size="compact-xs" variant="default" onClick={() => {
              watch.mutate([gone]);
              remember(null);
            }}>
            Undo
          </Button>
        </p>
      )}
      {error && !data ? (
        <Failure error={error} again={() => void refetch()} />
      ) : !data ? (
        <Skeleton />
      ) : data.items.length === 0 ? (
        <Empty title="Nothing is watched yet">Write symbols above, with spaces between.</Empty>
      ) : (
        <ul>
          {data.items.map(({ symbol, added_at }) => (
            <li key={symbol}>
              <Link to="/symbol/$" params={{ _splat: symbol }}>
                <b>{symbol}</b>
              </Link>
              <span className="quiet">since {day(added_at)}</span>
              <button type="button" className="plain" aria-label={`Take ${symbol} off the watchlist`} onClick={() => {
                  unwatch.mutate([symbol]);
                  remember(symbol);
                }}>
                ✕
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Portfolios() {
  const { data, error, refetch } = useQuery({
    queryKey: ["portfolios"],
    queryFn: async () => (await portfoliosListPortfolios({ throwOnError: true })).data,
  });
  return (
    <section aria-label="Portfolios">
      <header>
        <h2>Portfolios</h2>
      </header>
      {error && !data ? (
        <Failure error={error} again={() => void refetch()} />
      ) : !data ? (
        <Skeleton />
      ) : data.items.length === 0 ? (
        <Empty title="No portfolios yet">A portfolio is a named list of symbols. The API makes them for now: POST /api/v1/portfolios.</Empty>
      ) : (
        <ul>
          {data.items.map(({ id, name, symbols }) => (
            <li key={id}>
              <b>{name}</b>
              <span className="quiet">{symbols.join(" ")}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
