import { Button, Textarea } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { Failure } from "@/service/Failure";
import { Dialog } from "@/shared/Dialog";
import { unknown } from "./quotes";
import { pasted } from "./symbols";

const MOST_BYTES = 1_000_000;
const LISTED = 24;
const SETTLED_MS = 300;

interface Props {
  begin: string;
  there: readonly string[];
  add: (symbols: readonly string[]) => void;
  close: () => void;
}

/** Many symbols at once, pasted or from a file: what is new, what is there, what nobody knows, before anything is added. */
export function Many({ begin, there, add, close }: Props) {
  const [text, write] = useState(begin);
  const [refusal, refuse] = useState("");
  const [isBold, dare] = useState(false);
  const [settled] = useDebouncedValue(text, SETTLED_MS);
  const { symbols, refused } = useMemo(() => pasted(settled), [settled]);
  const fresh = useMemo(() => symbols.filter((symbol) => !there.includes(symbol)), [symbols, there]);
  const { data: missing, error, isFetching } = useQuery(unknown(fresh));
  const strange = new Set(missing?.map(({ symbol }) => symbol));
  const wanted = isBold ? fresh : fresh.filter((symbol) => !strange.has(symbol));
  const isReady = settled === text && !isFetching;
  async function read(file: File | undefined): Promise<void> {
    if (!file) return;
    if (file.size > MOST_BYTES) refuse(`${file.name} is larger than a megabyte: is it a list of symbols?`);
    else {
      refuse("");
      write(await file.text());
    }
  }
  return (
    <Dialog title="Add many symbols" of="lists" close={close}>
      <Textarea label="Symbols" description="With spaces, commas or lines between; a table needs a column “symbol”." rows={8} value={text} spellCheck={false} data-autofocus onChange={(event) => write(event.currentTarget.value)} error={refusal || undefined} />
      <label className="file">
        <span>or a file</span> <input type="file" accept=".txt,.csv,.tsv,text/plain,text/csv" onChange={(event) => void read(event.target.files?.[0])} />
      </label>
      <div className="many-said" role="status">
        {symbols.length > 0 && (
          <p>
            <b>{fresh.length}</b> new{symbols.length > fresh.length && <>, {symbols.length - fresh.length} on the list already</>}
          </p>
        )}
        {strange.size > 0 && (
          <p>
            Nothing is stored of <b>{listed([...strange])}</b>.{" "}
            <label>
              <input type="checkbox" checked={isBold} onChange={(event) => dare(event.target.checked)} /> add {strange.size === 1 ? "it" : "them"} all the same
            </label>
          </p>
        )}
        {refused.length > 0 && (
          <p className="refusal">
            No symbols: <b>{listed(refused)}</b>. They are left out.
          </p>
        )}
      </div>
      {error && <Failure error={error} />}
      <Button
        disabled={!isReady || wanted.length === 0}
        onClick={() => {
          add(wanted);
          close();
        }}
      >
        {isReady ? `Add ${wanted.length} ${wanted.length === 1 ? "symbol" : "symbols"}` : "Looking them up …"}
      </Button>
    </Dialog>
  );
}

const listed = (names: readonly string[]): string =>
  names.slice(0, LISTED).join(", ") + (names.length > LISTED ? ` and ${names.length - LISTED} more` : "");
