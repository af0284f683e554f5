import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { scannerCheckFormula, type FormulaAnswer } from "@/client";
import { problemOf } from "@/service/problem";
import { fixed } from "@/shared/format";

const PAUSE_MS = 300;
const EXAMPLES = [
  "close > highest(high, 20)[1] and rvol(20) > 2",
  "rsi(14) < 30 and close > sma(close, 200)",
  "close / close[5] > 1.1 and atr(14) / close > 0.03",
];

interface Props {
  text: string;
  write: (text: string) => void;
  timeframe?: string;
  universe?: string;
}

/** A formula: checked and counted as one types, a mistake shown at its column with the names that may be meant. */
export function FormulaField({ text, write, timeframe, universe }: Props) {
  const id = useId();
  const [formula] = useDebouncedValue(text, PAUSE_MS);
  const { data, error } = useQuery({
    queryKey: ["formula", formula, timeframe, universe],
    queryFn: async () =>
      (
        await scannerCheckFormula({
          body: { formula, count: true, universe, timeframe: (timeframe ?? "1d") as "1d" },
          throwOnError: true,
        })
      ).data,
    enabled: formula.trim() !== "",
    placeholderData: keepPreviousData,
  });
  const wrong = data && !data.valid;
  return (
    <div className={`formula ${wrong ? "wrong" : ""}`}>
      <label htmlFor={id}>ƒ formula</label>
      <textarea
        id={id}
        rows={2}
        spellCheck={false}
        maxLength={2000}
        value={text}
        aria-invalid={wrong}
        aria-describedby={`${id}-said`}
        onChange={(event) => write(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && !event.shiftKey) {
            event.preventDefault();
            event.currentTarget.form?.requestSubmit();
          }
        }}
      />
      <div id={`${id}-said`} aria-live="polite">
        {error ? <p className="refusal">{problemOf(error).detail}</p> : data && <Judged answer={data} text={formula} write={write} />}
      </div>
      <div className="examples">
        <span className="quiet">examples</span>
        {EXAMPLES.map((one) => (
          <button key={one} type="button" className="plain" onClick={() => write(one)}>
            <code>{one}</code>
          </button>
        ))}
      </div>
    </div>
  );
}

function Judged({ answer, text, write }: { answer: FormulaAnswer; text: string; write: (text: string) => void }) {
  const mistake = answer.errors[0];
  if (mistake) {
    const name = /^[\w.]+/.exec(text.slice(mistake.column))?.[0] ?? "";
    const mended = (to: string) => text.slice(0, mistake.column) + to + text.slice(mistake.column + name.length);
    return (
      <>
        <pre>{mistake.pointed}</pre>
        <p className="refusal">
          {mistake.message}
          {mistake.suggestions.length > 0 && name ? " — did you mean " : mistake.hint && ` — ${mistake.hint}`}
          {name &&
            mistake.suggestions.map((one) => (
              <button key={one} type="button" className="plain suggestion" onClick={() => write(mended(one))}>
                {one}
              </button>
            ))}
        </p>
      </>
    );
  }
  const { matches } = answer;
  if (answer.type === "number") return <p className="refusal">This is a number; a scan needs a condition, such as {text.trim()} &gt; 0</p>;
  return (
    <p className="quiet">
      {matches?.count !== null && matches?.count !== undefined ? (
        <>
          <b>{fixed(matches.count, 0)}</b> of {fixed(matches.of, 0)} match as of {matches.as_of}
        </>
      ) : (
        matches?.reason
      )}
    </p>
  );
}
