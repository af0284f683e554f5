import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { Portfolio } from "@/client";
import { Failure } from "@/service/Failure";
import { me, overview, portfolios, watchlist } from "@/service/questions";
import { Empty, Skeleton } from "@/shared/Empty";
import { Telling, useTold } from "@/shared/Told";
import { useHeld, useWatched } from "./kept";
import "./lists.css";
import { Names } from "./Names";
import { PortfolioForm } from "./PortfolioForm";
import { usePortfolios } from "./portfolios";
import { Shown, type Common } from "./Shown";

const route = getRouteApi("/frame/lists");
const FIRST = 8;

/** The watchlist and portfolios: one of them, and the names of all. What is done is taken back by Undo. */
export function Lists() {
  const { list } = route.useSearch();
  const every = useQuery(portfolios);
  const watched = useQuery(watchlist);
  const { data: user } = useQuery(me);
  const { make, remove } = usePortfolios();
  const { told, tell, forget } = useTold();
  const [form, edit] = useState<"new" | "edit" | null>(null);
  const go = useNavigate();
  const shown = every.data?.items.find(({ id }) => id === list);
  const canWrite = user?.role !== "viewer";
  const open = (id?: string) => void go({ to: "/lists", search: { list: id } });
  function away(of: Portfolio): void {
    const { name, description, symbols } = of;
    remove.mutate(of, {
      onSuccess: () => {
        open();
        tell(`The portfolio “${name}” is gone.`, () => make.mutate({ name, description, symbols }, { onSuccess: ({ id }) => open(id) }));
      },
    });
  }
  return (
    <div className="lists keeping">
      <Names shown={list} watched={watched.data?.items.length} portfolios={every.data?.items} make={canWrite ? () => edit("new") : undefined} />
      <section className="kept" aria-label={list ? (shown?.name ?? "Portfolio") : "Watchlist"}>
        {every.error && !every.data && <Failure error={every.error} again={() => void every.refetch()} />}
        {(make.error ?? remove.error) && <Failure error={make.error ?? remove.error} />}
        {!list ? (
          <Watched isLoading={!watched.data} error={watched.error} again={() => void watched.refetch()} canWrite={canWrite} tell={tell} />
        ) : shown ? (
          <Held key={shown.id} of={shown} canWrite={canWrite} tell={tell} edit={() => edit("edit")} away={() => away(shown)} />
        ) : every.data ? (
          <Empty title="There is no such portfolio" action={<Link to="/lists">To the watchlist</Link>}>
            It may have been removed, or be somebody else’s.
          </Empty>
        ) : (
          !every.error && <Skeleton rows={12} />
        )}
        <Telling told={told} forget={forget} />
      </section>
      {form === "new" && (
        <PortfolioForm
          close={() => edit(null)}
          done={({ id }) => {
            edit(null);
            open(id);
          }}
        />
      )}
      {form === "edit" && shown && <PortfolioForm of={shown} close={() => edit(null)} done={() => edit(null)} />}
    </div>
  );
}

function Watched({ isLoading, error, again, ...common }: Common & { isLoading: boolean; error: unknown; again: () => void }) {
  const kept = useWatched();
  const { data } = useQuery(overview);
  const active = data?.most_active.slice(0, FIRST).map(({ symbol }) => symbol) ?? [];
  if (isLoading) return error ? <Failure error={error} again={again} /> : <Skeleton rows={12} />;
  return (
    <Shown
      {...common}
      name="Watchlist"
      about="Signals and alerts can be asked for these alone; w on a row anywhere adds to them."
      kept={kept}
      isWatchlist
      empty={
        <Empty
          title="The symbols you watch, with their last price, how they moved and your notes"
          action={
            active.length > 0 && (
              <Button size="xs" variant="default" onClick={() => kept.add(active)}>
                Begin with the {active.length} most active
              </Button>
            )
          }
        >
          Add one above, paste a whole list there, or press w on a row anywhere.
        </Empty>
      }
    />
  );
}

function Held({ of, edit, away, ...common }: Common & { of: Portfolio; edit: () => void; away: () => void }) {
  const kept = useHeld(of);
  return (
    <Shown
      {...common}
      name={of.name}
      about={of.description}
      kept={kept}
      acts={
        <>
          <button type="button" className="plain" onClick={edit}>
            edit
          </button>
          <button type="button" className="plain" onClick={away}>
            remove
          </button>
        </>
      }
      empty={<Empty title="Nothing is in this portfolio yet">Add a symbol above, or paste a whole list there: prices, changes and the mean of all appear here.</Empty>}
    />
  );
}
