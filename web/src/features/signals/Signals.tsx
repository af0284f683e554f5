import "./signals.css";
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import type { ShownSignal } from "@/client";
import { Failure } from "@/service/Failure";
import { useLiveScanner } from "@/service/liveScanner";
import { problemOf } from "@/service/problem";
import { liveStatus } from "@/service/questions";
import { useMayWrite } from "@/service/role";
import { Empty, Skeleton } from "@/shared/Empty";
import { useEscape } from "@/shared/escape";
import { fixed } from "@/shared/format";
import { Telling, useTold } from "@/shared/Told";
import { filterOf, type Filter, type SignalsSearch } from "./address";
import { BESIDE_ONE, COLUMNS, NARROW } from "./columns";
import { Detail } from "./Detail";
import { Export } from "./Export";
import { Filters } from "./Filters";
import { SignalTable } from "./SignalTable";
import { useNarrow } from "./useNarrow";
import { usePages, type Pages } from "./usePages";
import { usePending } from "./usePending";

const route = getRouteApi("/frame/signals");

/** What the scanner found for you, and what became of it. */
export function Signals() {
  const asked = route.useSearch();
  const go = useNavigate();
  const here = route.useNavigate();
  const name = JSON.stringify(filterOf(asked));
  const filter = useMemo(() => JSON.parse(name) as Filter, [name]);
  const put = useCallback((change: SignalsSearch) => void here({ search: (before) => ({ ...before, ...change }), replace: true }), [here]);
  const clear = useCallback(() => void here({ search: {}, replace: true }), [here]);
  const select = useCallback((one: ShownSignal) => put({ signal: one.id }), [put]);
  const open = useCallback((one: ShownSignal) => void go({ to: "/symbol/$", params: { _splat: one.symbol }, search: { signal: one.id } }), [go]);
  const pages = usePages(filter);
  const pendings = usePending();
  const { told, tell, forget } = useTold();
  const isNarrow = useNarrow();
  const columns = isNarrow ? NARROW : asked.signal ? BESIDE_ONE : COLUMNS;
  const close = () => put({ signal: undefined });
  useEscape(asked.signal !== undefined, close);
  const { pending } = pendings;
  return (
    <div className={`signals ${asked.signal ? "with-panel" : ""}`}>
      <header>
        <h1 className="hidden">Signals</h1>
        <Filters filter={filter} change={put} clear={clear} isNarrow={isNarrow} />
        <div className="counted">
        {pages.stuck !== null && (
          <span className="refusal" role="alert">
            {problemOf(pages.stuck).title}{" "}
            <button type="button" className="plain accent" onClick={pages.again}>
              Try again
            </button>
          </span>
        )}
        <Counted pages={pages} />
        {pages.count > 0 && <Export key={name} filter={filter} />}
        </div>
      </header>
      {(pending ?? pendings.refused) && (
        <p className="pending" role="status">
          {pending && (
            <>
              {pending.signal.symbol} becomes {pending.to}.{" "}
              {!pending.isSent && (
                <Button size="compact-xs" variant="default" onClick={pendings.undo}>
                  Undo
                </Button>
              )}
            </>
          )}
          {pendings.refused && <span className="refusal">{pendings.refused}</span>}
        </p>
      )}
      <div className="list">
        {pages.error !== null ? (
          <Failure error={pages.error} again={pages.again} />
        ) : pages.isLoading ? (
          <Skeleton rows={14} />
        ) : (
          <SignalTable
            key={name}
            pages={pages}
            columns={columns}
            selected={asked.signal}
            select={select}
            open={open}
            pending={pending ? { id: pending.signal.id, to: pending.to } : undefined}
            empty={Object.keys(filter).length > 0 ? <NoneSo clear={clear} /> : <NoneYet />}
          />
        )}
      </div>
      {asked.signal && (
        <aside className="panel" aria-label="The signal">
          <button type="button" className="plain close" aria-label="Close" onClick={close}>
            ✕
          </button>
          <Detail key={asked.signal} id={asked.signal} listed={listedOf(pages, asked.signal)} pending={pending} change={pendings.change} tell={tell} />
        </aside>
      )}
      <Telling told={told} forget={forget} />
    </div>
  );
}

/** How many there are, as far as that is known. */
function Counted({ pages }: { pages: Pages }) {
  if (pages.isLoading || pages.error !== null) return null;
  return (
    <span className="quiet" aria-live="polite">
      {fixed(pages.count, 0)}
      {pages.isWhole ? "" : " and more"}
    </span>
  );
}

function NoneSo({ clear }: { clear: () => void }) {
  return (
    <Empty
      title="No signal is like that"
      action={
        <Button size="xs" variant="default" onClick={clear}>
          Show all
        </Button>
      }
    >
      Another status, session or day may have some. What arrives and is like that appears here.
    </Empty>
  );
}

/** What makes signals appear is the live scanner. */
function NoneYet() {
  const { data: live } = useQuery(liveStatus);
  const { start } = useLiveScanner();
  const mayWrite = useMayWrite();
  const isOn = start.isSuccess || (live !== undefined && live.state !== "stopped");
  const isStuck = live?.state === "failed" || live?.state === "no_provider";
  const title = isOn ? "The live scanner is on" : "No signals yet";
  const about = isOn
    ? "Each hit that fits your account appears here as its bar closes."
    : "The live scanner writes one for every hit that fits your account, and follows it to its stop or target.";
  return (
    <Empty
      title={isStuck ? "The live scanner does not run" : title}
      action={
        !isOn &&
        mayWrite && (
          <Button size="xs" variant="default" loading={start.isPending} onClick={() => start.mutate()}>
            Start the live scanner
          </Button>
        )
      }
    >
      {isStuck ? live.reason : about}
      {start.error && <span className="refusal"> {problemOf(start.error).detail}</span>}
    </Empty>
  );
}

/** The signal as it is in the list, where it is among the rows that are there. */
function listedOf(pages: Pages, id: string): ShownSignal | undefined {
  return pages.shown().find((one) => one.id === id);
}
