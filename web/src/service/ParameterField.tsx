import { useId } from "react";
import { words } from "@/shared/format";
import { slider, type Parameter } from "./parameters";

interface Props {
  known: Parameter;
  text: string;
  wrong?: string;
  write: (text: string) => void;
}

/** One parameter of a scanner: a number with a slider where that helps, a switch, a choice, or a text. */
export function ParameterField({ known, text, wrong, write }: Props) {
  const id = useId();
  const said = { id, "aria-describedby": `${id}-about`, "aria-invalid": wrong !== undefined };
  const range = known.kind === "number" || known.kind === "integer" ? slider(known) : null;
  return (
    <div className={`parameter of-${known.kind} ${wrong ? "wrong" : ""}`} title={known.about}>
      <label htmlFor={id}>{words(known.name)}</label>
      {known.kind === "boolean" ? (
        <input {...said} type="checkbox" checked={text === "true"} onChange={(event) => write(String(event.target.checked))} />
      ) : known.kind === "choice" ? (
        <select {...said} value={text} onChange={(event) => write(event.target.value)}>
          {known.choices.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      ) : (
        <>
          {range && (
            <input type="range" aria-label={`${words(known.name)}, slider`} tabIndex={-1} {...range} value={Number(text) || range.min} onChange={(event) => write(event.target.value)} />
          )}
          <input
            {...said}
            type="text"
            className={known.kind === "text" ? "" : "number"}
            inputMode={known.kind === "text" ? "text" : "decimal"}
            maxLength={known.longest ?? 2000}
            value={text}
            onChange={(event) => write(event.target.value)}
          />
        </>
      )}
      <span id={`${id}-about`} className={wrong ? "refusal" : "hidden"}>
        {wrong ?? known.about}
      </span>
    </div>
  );
}
