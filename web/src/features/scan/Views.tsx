import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Saved } from "@/client";
import { problemOf } from "@/service/problem";
import type { Tell } from "@/shared/Told";
import { NameIt } from "./NameIt";
import { savedViews, useSavedViews } from "./savedViews";
import { viewOf, type View } from "./view";

interface Props {
  /** How the rows are looked at now. */
  view: View;
  chosen?: string;
  choose: (view: Saved | null) => void;
  tell: Tell;
}

/** Ways of looking at rows, under names: chosen, kept, overwritten, deleted, one of them the usual one. */
export function Views({ view, chosen, choose, tell }: Props) {
  const { data: known = [] } = useQuery(savedViews);
  const { add, change, remove } = useSavedViews();
  const [isNaming, name] = useState(false);
  const current = known.find(({ id }) => id === chosen);
  const isUsual = current !== undefined && viewOf(current.view).by_default === true;
  const isChanged = current !== undefined && !isSame(viewOf(current.view), view);
  const failed = (error: unknown) => tell(problemOf(error).detail);

  async function keep(title: string): Promise<void> {
    const made = await add.mutateAsync({ name: title, view });
    choose(made);
    tell(`The view “${made.name}” is kept`, () => {
      choose(null);
      remove.mutate(made, { onError: failed });
    });
  }
  function put(old: Saved, next: View, said: string): void {
    const before = viewOf(old.view);
    const done = () => tell(said, () => change.mutate({ id: old.id, name: old.name, view: before }, { onSuccess: choose, onError: failed }));
    change.mutate({ id: old.id, name: old.name, view: next }, { onSuccess: done, onError: failed });
  }
  function drop(old: Saved): void {
    const back = () => add.mutate({ name: old.name, view: viewOf(old.view) }, { onSuccess: choose, onError: failed });
    const done = () => {
      choose(null);
      tell(`The view “${old.name}” is deleted`, back);
    };
    remove.mutate(old, { onSuccess: done, onError: failed });
  }
  function usual(one: Saved): void {
    for (const other of known) {
      const theirs = viewOf(other.view);
      if (other.id !== one.id && theirs.by_default) change.mutate({ id: other.id, name: other.name, view: { ...theirs, by_default: undefined } });
    }
    const said = isUsual ? `“${one.name}” is one view of many again` : `Rows are shown as “${one.name}” from now on`;
    put(one, { ...viewOf(one.view), by_default: isUsual ? undefined : true }, said);
  }
  return (
    <span className="views">
      <label className="field">
        <span>View</span>
        <select value={current?.id ?? ""} onChange={(event) => choose(known.find(({ id }) => id === event.target.value) ?? null)}>
          <option value="">standard</option>
          {known.map((one) => (
            <option key={one.id} value={one.id}>
              {one.name}
              {one === current && isChanged ? " · changed" : ""}
            </option>
          ))}
        </select>
      </label>
      {isNaming ? (
        <NameIt label="Name of the view" keep={keep} close={() => name(false)} />
      ) : (
        <>
          {current && isChanged && (
            <button type="button" className="plain" onClick={() => put(current, { ...view, by_default: isUsual || undefined }, `“${current.name}” is this view now`)}>
              overwrite
            </button>
          )}
          <button type="button" className="plain" onClick={() => name(true)}>
            keep as …
          </button>
          {current && (
            <>
              <button type="button" className="plain" aria-pressed={isUsual} title="show rows so whenever the address says nothing else" onClick={() => usual(current)}>
                {isUsual ? "usual ✓" : "make usual"}
              </button>
              <button type="button" className="plain" aria-label={`Delete the view ${current.name}`} onClick={() => drop(current)}>
                delete
              </button>
            </>
          )}
        </>
      )}
    </span>
  );
}

const isSame = ({ columns, sort, find, least }: View, other: View) =>
  JSON.stringify([columns, sort, find, least]) === JSON.stringify([other.columns, other.sort, other.find, other.least]);
