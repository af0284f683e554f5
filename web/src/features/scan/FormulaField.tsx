import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useId } from "react";
import { scannerCheckFormula, type FormulaAnswer } from "@/client";
import { problemOf } from "@/service/problem";
import type { Asked } from "@/service/question";
import { day, fixed, words } from "@/shared/format";
import type { Tell } from "@/shared/Told";
import { amongOf } from "./members";
import { EXAMPLES } from "./examples";
import { FormulaEditor } from "./FormulaEditor";
import { mistaken, placeOf } from "./language";

/** A mistake is said almost at once; matches are counted when one has stopped to look. */
const CHECK_MS = 120;
const COUNT_MS = 400;

/** What each of the scanner's formulas gives, and whether its matches are counted. */
export const FORMULAS: Record<string, "condition" | "price"> = { formula: "condition", sell: "condition", stop: "price", sell_stop: "price" };

interface Props {
  name: string;
  text: string;
  about: string;
  write: (text: string) => void;
  /** Where matches are counted. */
  asked: Asked;
  /** What the service has said of it when it was asked last. */
  refused?: string;
  tell: Tell;
}

/** A formula: checked and counted as one types, a mistake shown at its column with the names that may be meant. */
export function FormulaField({ name, text, about, write, asked, refused, tell }: Props) {
  const id = useId();
  const gives = FORMULAS[name] ?? "condition";
  const { data, error, checked } = useCheck(text);
  const isCurrent = checked === text;
  const mistake = isCurrent ? data?.errors[0] : undefined;
  const place = mistake && placeOf(text, mistake.column);
  return (
    <div className={`formula ${name === "formula" ? "" : "minor"} ${mistake ? "wrong" : ""}`}>
      <label htmlFor={id} className="ellipsis" title={about}>
        {name === "formula" ? "ƒ formula" : words(name)} <span className="quiet">{name === "formula" ? "" : about}</span>
      </label>
      <FormulaEditor id={id} text={text} write={write} rows={name === "formula" ? 2 : 1} saidBy={`${id}-said`} wrong={place === undefined ? undefined : mistaken(text, place)} />
      <div id={`${id}-said`} className="judged" aria-live="polite">
        {error ? (
          <p className="refusal">{problemOf(error).detail}</p>
        ) : text.trim() === "" ? null : (
          data && <Judged answer={data} text={checked} gives={gives} write={isCurrent ? write : undefined} />
        )}
        {refused && !mistake && <p className="refusal">{refused}</p>}
        {name === "formula" && data?.valid && data.type === "condition" && text.trim() !== "" && <Count text={text} asked={asked} />}
      </div>
      {name === "formula" && (
        <div className="examples">
          <span className="quiet">begin with</span>
          {EXAMPLES.map(([title, one]) => (
            <button
              key={title}
              type="button"
              className="plain"
              title={one}
              onClick={() => {
                write(one);
                if (text.trim() !== "" && text !== one) tell(`“${title}” is in the place of your formula`, () => write(text));
              }}
            >
              {title}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

/** What the service says of a formula; an answer that is no longer waited for is called off. */
function useCheck(text: string) {
  const [formula] = useDebouncedValue(text, CHECK_MS);
  const { data, error, isPlaceholderData } = useQuery({
    queryKey: ["formula", formula],
    queryFn: async ({ signal }) => ({
      formula,
      answer: (await scannerCheckFormula({ body: { formula }, signal, throwOnError: true })).data,
    }),
    enabled: formula.trim() !== "",
    placeholderData: keepPreviousData,
    staleTime: Infinity,
  });
  return { data: data?.answer, checked: data?.formula ?? "", error: isPlaceholderData ? null : error };
}

function Count({ text, asked }: { text: string; asked: Asked }) {
  const [formula] = useDebouncedValue(text, COUNT_MS);
  const queries = useQueryClient();
  const { timeframe = "1d", hours, universe, list, symbols } = asked;
  const { data, error, isFetching, isPlaceholderData } = useQuery({
    queryKey: ["formula-count", formula, timeframe, hours, universe, list, symbols],
    queryFn: async ({ signal }) => {
      const among = await amongOf(queries, asked);
      const body = { formula, count: true, universe, symbols: among, hours, timeframe: timeframe as "1d" };
      return (await scannerCheckFormula({ body, signal, throwOnError: true })).data.matches;
    },
    placeholderData: keepPreviousData,
    retry: false,
  });
  if (error) return <p className="quiet">not counted: {problemOf(error).detail}</p>;
  const isLate = formula !== text || isPlaceholderData || isFetching;
  return (
    <p className={`quiet count ${isLate ? "late" : ""}`}>
      {!data ? (
        "counting …"
      ) : data.count === null ? (
        data.reason
      ) : (
        <>
          <b>{fixed(data.count, 0)}</b> of {fixed(data.of, 0)} match as of {data.as_of && day(data.as_of)}
        </>
      )}
    </p>
  );
}

interface JudgedProps {
  answer: FormulaAnswer;
  text: string;
  gives: "condition" | "price";
  /** Not there while what was judged is no longer what is written. */
  write?: (text: string) => void;
}

function Judged({ answer, text, gives, write }: JudgedProps) {
  const mistake = answer.errors[0];
  if (mistake) {
    const place = placeOf(text, mistake.column);
    const name = /^[\w.]+/.exec(text.slice(place))?.[0] ?? "";
    const mended = (to: string) => text.slice(0, place) + to + text.slice(place + name.length);
    return (
      <p className="refusal">
        column {mistake.column + 1}: {mistake.message}
        {mistake.suggestions.length > 0 && name ? " — did you mean " : mistake.hint && ` — ${mistake.hint}`}
        {name &&
          mistake.suggestions.map((one) => (
            <button key={one} type="button" className="plain suggestion" disabled={!write} onClick={() => write?.(mended(one))}>
              {one}
            </button>
          ))}
      </p>
    );
  }
  if (gives === "condition" && answer.type === "number")
    return <p className="refusal">This is a number; a scan needs a condition, such as {text.trim()} &gt; 0</p>;
  if (gives === "price" && answer.type === "condition")
    return <p className="refusal">This is a condition; a stop is a price, such as lowest(low, 5)</p>;
  return null;
}
