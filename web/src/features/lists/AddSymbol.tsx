import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type ClipboardEvent } from "react";
import { search } from "@/service/questions";
import { Combobox, type Choice } from "@/shared/Combobox";
import { pasted } from "./symbols";

interface Props {
  /** Those that are on the list already. */
  there: readonly string[];
  add: (symbol: string) => void;
  /** Several at once were pasted. */
  many: (text: string) => void;
}

/** A field that knows the symbols: completes them, takes one at a time, and hands a pasted list on. */
export function AddSymbol({ there, add, many }: Props) {
  const [text, write] = useState("");
  const queries = useQueryClient();
  const found = useQuery(search(text.trim()));
  const isFound = found.data !== undefined && !found.isPlaceholderData;
  const choices = isFound ? choicesOf(text, found.data) : [];
  function take(choice: Choice | undefined): void {
    if (!choice) return;
    if (!there.includes(choice.id)) add(choice.id);
    write("");
  }
  /** Who is faster than the search gets what it finds of the whole text, not of its beginning. */
  async function hurry(): Promise<void> {
    const every = choicesOf(text, await queries.query(search(text.trim())));
    take(every.find(({ id }) => id === text.trim().toUpperCase()) ?? every[0]);
  }
  function paste(event: ClipboardEvent): void {
    const given = event.clipboardData.getData("text");
    if (pasted(given).symbols.length < 2) return;
    event.preventDefault();
    many(given);
  }
  return (
    <div className="add-symbol">
      <Combobox
        label="Add a symbol"
        listLabel="Symbols"
        placeholder="+ symbol"
        text={text}
        write={write}
        choices={choices.map((one) => (there.includes(one.id) ? { ...one, about: "on the list" } : one))}
        choose={take}
        hurry={() => void hurry()}
        onPaste={paste}
      />
    </div>
  );
}

/** Symbols that are known, the nearest first; behind them what is written, where it could be one. */
function choicesOf(text: string, found: readonly { symbol: string; name: string | null; exchange: string | null }[]): Choice[] {
  const known = found.map(({ symbol, name, exchange }) => ({ id: symbol, name: symbol, about: [name, exchange].filter(Boolean).join(" · ") }));
  const written = pasted(text).symbols[0];
  const isNew = written !== undefined && !known.some(({ id }) => id === written);
  return isNew ? [...known, { id: written, name: written, about: "not known here, added as it is" }] : known;
}
