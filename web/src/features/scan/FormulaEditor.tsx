import { useQuery } from "@tanstack/react-query";
import { useId, useLayoutEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from "react";
import { scannerListWords, type WordAnswer } from "@/client";
import { callAt, choices, pieces, put, readable, type Choice } from "./language";

const formulaWords = {
  queryKey: ["formula-words"],
  queryFn: async () => (await scannerListWords({ throwOnError: true })).data.items,
  staleTime: Infinity,
};
const NONE: WordAnswer[] = [];

interface Props {
  id: string;
  text: string;
  write: (text: string) => void;
  /** The stretch to underline. */
  wrong?: { from: number; to: number };
  saidBy: string;
  rows: number;
}

/** A field for a formula: names are completed as one writes, explained below the pointer, and mistakes underlined. */
export function FormulaEditor({ id, text, write, wrong, saidBy, rows }: Props) {
  const { data: words = NONE } = useQuery(formulaWords);
  const field = useRef<HTMLTextAreaElement>(null);
  const drawn = useRef<HTMLDivElement>(null);
  const list = useId();
  const [caret, stand] = useState<number | null>(null);
  const [offer, open] = useState<"" | "writing" | "asked">("");
  const [at, choose] = useState(-1);
  const [below, hover] = useState<Below | null>(null);
  const next = useRef<number | null>(null);
  const offered = offer && caret !== null ? choices(words, text, caret, offer === "asked") : null;
  const call = caret === null || offered ? null : callAt(text, caret);

  useLayoutEffect(() => {
    if (next.current === null) return;
    field.current?.setSelectionRange(next.current, next.current);
    next.current = null;
  }, [text]);

  function take(choice: Choice): void {
    if (!offered) return;
    const made = put(offered, choice, text);
    next.current = made.caret;
    write(made.text);
    stand(made.caret);
    open("");
    choose(-1);
    field.current?.focus();
  }
  function pressed(event: KeyboardEvent<HTMLTextAreaElement>): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const items = offered?.items ?? [];
    const chosen = items[at];
    if (event.key === " " && event.ctrlKey) {
      open("asked");
      choose(0);
    } else if (offered && step) choose((at + step + items.length + (at < 0 && step < 0 ? 1 : 0)) % items.length);
    else if (offered && event.key === "Escape") {
      open("");
      event.stopPropagation(); // the list is closed; the field is not left
    } else if (offered && event.key === "Tab" && !event.shiftKey && items[0]) take(chosen ?? items[0]);
    else if (offered && event.key === "Enter" && chosen) take(chosen);
    else if (event.key === "Enter" && !event.shiftKey) event.currentTarget.form?.requestSubmit();
    else return;
    event.preventDefault();
  }
  return (
    <div className="editor">
      <div ref={drawn} className="drawn" aria-hidden="true">
        {pieces(text).map((one) => (
          <span key={one.at} data-at={one.at} data-name={one.isName ? one.text : undefined}>
            <Underlined text={one.text} at={one.at} wrong={wrong} />
          </span>
        ))}
        <span data-at={text.length}>{"\u200b"}</span>
      </div>
      <textarea
        ref={field}
        id={id}
        rows={rows}
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
        maxLength={2000}
        value={text}
        aria-invalid={wrong !== undefined}
        aria-describedby={saidBy}
        aria-autocomplete="list"
        aria-controls={offered ? list : undefined}
        aria-activedescendant={offered && at >= 0 ? `${list}-${at}` : undefined}
        onChange={(event) => {
          write(event.target.value);
          stand(event.target.selectionStart);
          open("writing");
          choose(-1);
        }}
        onSelect={(event) => {
          const { selectionStart } = event.currentTarget;
          if (selectionStart === caret) return;
          stand(selectionStart);
          if (selectionStart !== event.currentTarget.value.length) open("");
        }}
        onKeyDown={pressed}
        onBlur={() => {
          open("");
          stand(null);
        }}
        onScroll={(event) => {
          if (drawn.current) drawn.current.scrollTop = event.currentTarget.scrollTop;
        }}
        onPointerMove={(event) => hover(wordBelow(event, drawn.current))}
        onPointerLeave={() => hover(null)}
      />
      {offered && (
        <ul ref={(one) => placeAt(one, drawn.current, offered.from)} id={list} className="offers" role="listbox" aria-label="Names">
          {offered.items.map((one, index) => (
            <li
              key={one.shown}
              id={`${list}-${index}`}
              role="option"
              aria-selected={index === at}
              onPointerDown={(event) => {
                event.preventDefault();
                take(one);
              }}
            >
              <code>{one.shown}</code> <span className="quiet">{readable(one.about)}</span>
            </li>
          ))}
        </ul>
      )}
      {!offered && below && <Meaning word={words.find(({ name }) => name === below.name)} place={(one) => placeAt(one, drawn.current, below.at)} />}
      {call && !below && <Meaning word={words.find(({ name }) => name === call.name)} argument={call.argument} />}
    </div>
  );
}

function Underlined({ text, at, wrong }: { text: string; at: number; wrong: Props["wrong"] }) {
  if (!wrong) return text;
  const from = Math.max(0, wrong.from - at);
  const to = Math.min(text.length, wrong.to - at);
  if (from >= to) return text;
  return (
    <>
      {text.slice(0, from)}
      <u>{text.slice(from, to)}</u>
      {text.slice(to)}
    </>
  );
}

/** What a word takes and means: beside the name that is pointed at, or below the field for the call that is written. */
function Meaning({ word, argument, place }: { word?: WordAnswer; argument?: number; place?: (element: HTMLElement | null) => void }) {
  if (!word) return null;
  const many = word.parameters.length > 0;
  return (
    <p ref={place} className={place ? "meaning floating" : "meaning"} role={place ? "tooltip" : undefined}>
      <code>
        {word.name}
        {word.kind === "function" && "("}
        {word.parameters.map((one, index) => (
          <span key={one.name}>
            {index > 0 && ", "}
            <span className={many && index === argument ? "now" : ""}>{one.default ? `${one.name}=${one.default}` : one.name}</span>
          </span>
        ))}
        {word.kind === "function" && ")"}
        {word.fields.length > 0 && <span className="quiet"> .{word.fields.join(" .")}</span>}
      </code>{" "}
      {readable(word.meaning)}
    </p>
  );
}

interface Below {
  name: string;
  at: number;
}

/** The name below the pointer: the field's letters lie exactly on those that are drawn. */
function wordBelow({ clientX: x, clientY: y }: PointerEvent, drawn: HTMLElement | null): Below | null {
  for (const one of drawn?.querySelectorAll<HTMLElement>("[data-name]") ?? []) {
    const isIn = [...one.getClientRects()].some(({ left, right, top, bottom }) => x >= left && x <= right && y >= top && y <= bottom);
    if (isIn) return { name: one.dataset.name ?? "", at: Number(one.dataset.at) };
  }
  return null;
}

/** Puts something below the piece that begins at a place, or holds it; within the field's width. */
function placeAt(element: HTMLElement | null, drawn: HTMLElement | null, place: number): void {
  if (!element || !drawn) return;
  const piece = [...drawn.querySelectorAll<HTMLElement>("[data-at]")].findLast((one) => Number(one.dataset.at) <= place);
  const room = drawn.clientWidth - element.offsetWidth;
  element.style.left = `${Math.max(0, Math.min(piece?.offsetLeft ?? 0, room))}px`;
  element.style.top = `${(piece?.offsetTop ?? 0) + (piece?.offsetHeight ?? 0) - drawn.scrollTop + 4}px`;
}
