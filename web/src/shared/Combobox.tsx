import "./combobox.css";
import { useId, useState, type ClipboardEventHandler, type KeyboardEvent, type MouseEventHandler } from "react";

export interface Choice {
  id: string;
  name: string;
  about: string;
}

interface Props<One extends Choice> {
  label: string;
  /** What is chosen from, for who does not see it. */
  listLabel: string;
  placeholder: string;
  /** By which the field is found from elsewhere. */
  id?: string;
  text: string;
  write: (text: string) => void;
  choices: readonly One[];
  choose: (one: One) => void;
  /** Enter, where what is chosen from is not there yet. */
  hurry?: () => void;
  onPaste?: ClipboardEventHandler;
}

/** Else a press on a choice would leave the field, and with it the choices, before the click. */
const keepFocus: MouseEventHandler = (event) => event.preventDefault();

/** A field with what its text finds below it: chosen by the mouse, or by arrows and enter. Who leaves it leaves its text. */
export function Combobox<One extends Choice>({ label, listLabel, placeholder, id, text, write, choices, choose, hurry, onPaste }: Props<One>) {
  const [pointed, point] = useState(0);
  const list = useId();
  const isOpen = text.trim() !== "" && choices.length > 0;
  const at = Math.min(pointed, choices.length - 1);
  function put(next: string): void {
    write(next);
    point(0);
  }
  function pressed(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const one = isOpen ? choices[at] : undefined;
    if (step) point((at + step + choices.length) % Math.max(choices.length, 1));
    else if (event.key === "Enter" && one) choose(one);
    else if (event.key === "Enter" && text.trim() !== "") hurry?.();
    else if (event.key === "Escape" && text !== "") put("");
    else return;
    event.preventDefault();
  }
  return (
    <>
      <input
        id={id}
        className="boxed"
        type="text"
        role="combobox"
        autoComplete="off"
        spellCheck={false}
        placeholder={placeholder}
        aria-label={label}
        aria-expanded={isOpen}
        aria-controls={list}
        aria-activedescendant={isOpen ? `${list}-${at}` : undefined}
        value={text}
        maxLength={100}
        onChange={(event) => put(event.target.value)}
        onKeyDown={pressed}
        onPaste={onPaste}
        onBlur={() => put("")}
      />
      {isOpen && (
        <ul id={list} className="choices" role="listbox" aria-label={listLabel} onMouseDown={keepFocus}>
          {choices.map((one, index) => (
            <li key={one.id} id={`${list}-${index}`} role="option" aria-selected={index === at} onClick={() => choose(one)}>
              <b>{one.name}</b> <span className="quiet">{one.about}</span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
