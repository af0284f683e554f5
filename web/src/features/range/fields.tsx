import { useId } from "react";

interface Props {
  label: string;
  text: string;
  type?: "text" | "date";
  hint?: string;
  isNumber?: boolean;
  isLong?: boolean;
  /** Why what is written can't be taken. */
  wrong?: string;
  write: (text: string) => void;
}

const LONGEST = 4_000;

/** A field with its name before it, and below it why it was refused. */
export function TextField({ label, text, type = "text", hint, isNumber, isLong, wrong, write }: Props) {
  const id = useId();
  return (
    <div className={`field ${wrong ? "wrong" : ""} ${isNumber ? "short" : isLong ? "long" : ""}`}>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type={type}
        value={text}
        placeholder={hint}
        maxLength={type === "date" ? undefined : LONGEST}
        spellCheck={false}
        inputMode={isNumber ? "decimal" : undefined}
        className={isNumber ? "number" : ""}
        aria-invalid={wrong !== undefined}
        aria-describedby={wrong ? `${id}-wrong` : undefined}
        onChange={(event) => write(event.target.value)}
      />
      {wrong && (
        <span id={`${id}-wrong`} className="refusal" role="alert">
          {wrong}
        </span>
      )}
    </div>
  );
}

/** A formula, which the service reads when the scan is started. */
export function FormulaText({ text, wrong, write }: Pick<Props, "text" | "wrong" | "write">) {
  const id = useId();
  return (
    <div className={`formula ${wrong ? "wrong" : ""}`}>
      <label htmlFor={id}>ƒ formula</label>
      <textarea
        id={id}
        rows={2}
        spellCheck={false}
        maxLength={2000}
        value={text}
        aria-invalid={wrong !== undefined}
        aria-describedby={wrong ? `${id}-wrong` : undefined}
        onChange={(event) => write(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.shiftKey) return;
          event.preventDefault();
          event.currentTarget.form?.requestSubmit();
        }}
      />
      {wrong && (
        <p id={`${id}-wrong`} className="refusal" role="alert">
          {wrong}
        </p>
      )}
    </div>
  );
}
