import { useState, type KeyboardEvent } from "react";
import { MOST_NOTE } from "./view";

/** What its user wrote of a symbol, to be written anew where it stands. */
export function Note({ symbol, text, save }: { symbol: string; text: string; save: (symbol: string, text: string) => void }) {
  const [draft, write] = useState<string | null>(null);
  if (draft === null) {
    return (
      <button type="button" className="plain note-text" aria-label={`Note of ${symbol}${text ? `: ${text}` : ""}`} title={text || undefined} onClick={() => write(text)}>
        {text || <span className="quiet">note</span>}
      </button>
    );
  }
  const done = () => {
    write(null);
    if (draft.trim() !== text) save(symbol, draft);
  };
  function pressed(event: KeyboardEvent): void {
    event.stopPropagation(); // the table's keys are letters here
    if (event.key === "Enter") done();
    if (event.key === "Escape") write(null);
  }
  return (
    <input
      className="boxed note-field"
      value={draft}
      maxLength={MOST_NOTE}
      aria-label={`Note of ${symbol}`}
      autoFocus
      onChange={(event) => write(event.target.value)}
      onKeyDown={pressed}
      onBlur={done}
    />
  );
}
