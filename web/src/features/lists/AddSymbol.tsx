import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useId, useState, type ClipboardEvent, type KeyboardEvent } from "react";
import { search } from "@/service/questions";
import { pasted } from "./symbols";

interface Props {
  /** Those that are on the list already. */
  there: readonly string[];
  add: (symbol: string) => void;
  /** Several at once were pasted. */
  many: (text: string) => void;
}

interface Choice {
  symbol: string;
  about: string;
}

/** A field that knows the symbols: completes them, takes one at a time, and hands a pasted list on. */
export function AddSymbol({ there, add, many }: Props) {
  const [text, write] = useState("");
  const [at, point] = useState(0);
  const list = useId();
  const queries = useQueryClient();
  const found = useQuery(search(text.trim()));
  const isFound = found.data !== undefined && !found.isPlaceholderData;
  const choices = isFound ? choicesOf(text, found.data) : [];
  const isOpen = text.trim() !== "";
  function take(choice: Choice | undefined): void {
    if (!choice) return;
    if (!there.includes(choice.symbol)) add(choice.symbol);
    write("");
    point(0);
  }
  /** Who is faster than the search gets what it finds of the whole text, not of its beginning. */
  async function hurry(): Promise<void> {
    const every = choicesOf(text, await queries.query(search(text.trim())));
    take(every.find(({ symbol }) => symbol === text.trim().toUpperCase()) ?? every[0]);
  }
  function pressed(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) point((at + step + choices.length) % Math.max(choices.length, 1));
    else if (event.key === "Enter" && isOpen && !isFound) void hurry();
    else if (event.key === "Enter") take(choices[at]);
    else if (event.key === "Escape" && isOpen) write("");
    else return;
    event.preventDefault();
  }
  function paste(event: ClipboardEvent): void {
    const given = event.clipboardData.getData("text");
    if (pasted(given).symbols.length < 2) return;
    event.preventDefault();
    many(given);
  }
  return (
    <div className="add-symbol">
      <input
        type="text"
        role="combobox"
        autoComplete="off"
        spellCheck={false}
        placeholder="+ symbol"
        aria-label="Add a symbol"
        aria-expanded={isOpen}
        aria-controls={list}
        aria-activedescendant={isOpen ? `${list}-${at}` : undefined}
        value={text}
        maxLength={100}
        onChange={(event) => {
          write(event.target.value);
          point(0);
        }}
        onKeyDown={pressed}
        onPaste={paste}
        onBlur={() => setTimeout(() => write(""), 150)}
      />
      {isOpen && (
        <ul id={list} role="listbox" aria-label="Symbols">
          {choices.map((choice, index) => (
            <li
              key={choice.symbol}
              id={`${list}-${index}`}
              role="option"
              aria-selected={index === at}
              onPointerDown={(event) => {
                event.preventDefault();
                take(choice);
              }}
            >
              <b>{choice.symbol}</b> <span className="quiet">{there.includes(choice.symbol) ? "on the list" : choice.about}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** Symbols that are known, the nearest first; behind them what is written, where it could be one. */
function choicesOf(text: string, found: readonly { symbol: string; name: string | null; exchange: string | null }[]): Choice[] {
  const known = found.map(({ symbol, name, exchange }) => ({ symbol, about: [name, exchange].filter(Boolean).join(" · ") }));
  const written = pasted(text).symbols[0];
  const isNew = written !== undefined && !known.some(({ symbol }) => symbol === written);
  return isNew ? [...known, { symbol: written, about: "not known here, added as it is" }] : known;
}
