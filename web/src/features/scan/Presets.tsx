import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Preset, PresetBody } from "@/client";
import { presets, usePresets } from "@/service/presets";
import { problemOf } from "@/service/problem";
import { isSameQuestion } from "@/service/question";
import type { Tell } from "@/shared/Told";
import { NameIt } from "./NameIt";

const DEFAULTS = "";
const OWN = "own";

interface Props {
  scanner: string;
  /** The parameters that are written; null where one of them can't be asked. */
  config: Record<string, unknown> | null;
  /** The preset that they came from. */
  chosen?: string;
  /** Take a preset's parameters, or with none the defaults. */
  choose: (preset: Preset | null) => void;
  /** Of what is written: it is the preset of this id from now on, its parameters stay as they are. */
  adopt: (id: string | undefined) => void;
  tell: Tell;
}

/** Parameters under a name: chosen, kept, overwritten, deleted; what is lost can be had back. */
export function Presets({ scanner, config, chosen, choose, adopt, tell }: Props) {
  const { data, error } = useQuery(presets(scanner));
  const { add, change, remove, bodyOf } = usePresets();
  const [isNaming, name] = useState(false);
  const known = data ?? [];
  const current = known.find(({ id }) => id === chosen);
  const isChanged = current && config ? !isSameConfig(current.config, config) : false;
  const isOwn = !current && config !== null && Object.keys(config).length > 0;
  const written = config as PresetBody["config"];
  const noun = scanner === "formula" ? "scanner" : "preset";
  const failed = (failure: unknown) => tell(problemOf(failure).detail);

  async function keep(title: string): Promise<void> {
    const made = await add.mutateAsync({ name: title, scanner_type: scanner, config: written });
    adopt(made.id);
    tell(`“${made.name}” is kept`, () => {
      adopt(undefined);
      remove.mutate(made, { onError: failed });
    });
  }
  function overwrite(old: Preset): void {
    const put = (config: PresetBody["config"], then: () => void) =>
      change.mutate({ ...bodyOf(old), id: old.id, config }, { onSuccess: then, onError: failed });
    put(written, () => tell(`“${old.name}” has these parameters now`, () => put(bodyOf(old).config, () => choose(old))));
  }
  function drop(old: Preset): void {
    const back = () => add.mutate(bodyOf(old), { onSuccess: ({ id }) => adopt(id), onError: failed });
    remove.mutate(old, {
      onSuccess: () => {
        adopt(undefined);
        tell(`“${old.name}” is deleted`, back);
      },
      onError: failed,
    });
  }
  return (
    <span className="presets">
      <label className="field">
        <span>Preset</span>
        <select
          value={current?.id ?? (isOwn ? OWN : DEFAULTS)}
          title={error ? `your presets can't be shown: ${problemOf(error).detail}` : undefined}
          onChange={(event) => choose(known.find(({ id }) => id === event.target.value) ?? null)}
        >
          <option value={DEFAULTS}>defaults</option>
          {isOwn && <option value={OWN}>not kept yet</option>}
          {known.map((one) => (
            <option key={one.id} value={one.id}>
              {one.name}
              {one === current && isChanged ? " · changed" : ""}
            </option>
          ))}
        </select>
      </label>
      {isNaming ? (
        <NameIt label={`Name of the ${noun}`} keep={keep} close={() => name(false)} />
      ) : (
        <>
          {current && isChanged && (
            <button type="button" className="plain" onClick={() => overwrite(current)}>
              overwrite
            </button>
          )}
          {(isOwn || isChanged) && (
            <button type="button" className="plain" onClick={() => name(true)}>
              {scanner === "formula" ? "keep as my scanner …" : "keep as …"}
            </button>
          )}
          {current && (
            <button type="button" className="plain" aria-label={`Delete the ${noun} ${current.name}`} onClick={() => drop(current)}>
              delete
            </button>
          )}
        </>
      )}
    </span>
  );
}

const isSameConfig = (one: Record<string, unknown>, other: Record<string, unknown>) => isSameQuestion({ config: one }, { config: other });
