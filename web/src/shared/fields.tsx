import { useId, type ComponentProps, type ReactNode } from "react";
import "./fields.css";

interface Said {
  label: ReactNode;
  /** What is meant, below the field. */
  about?: ReactNode;
  /** What is wrong with it. */
  wrong?: string;
}

/** A label, what stands below it, and at it what is wrong. */
function Entry({ id, label, about, wrong, children }: Said & { id: string; children: ReactNode }) {
  return (
    <div className="entry">
      <label htmlFor={id}>{label}</label>
      {children}
      {about && (
        <p id={`${id}-about`} className="entry-about">
          {about}
        </p>
      )}
      {wrong && (
        <p id={`${id}-wrong`} className="refusal" role="alert">
          {wrong}
        </p>
      )}
    </div>
  );
}

const described = (id: string, { about, wrong }: Pick<Said, "about" | "wrong">) => ({
  id,
  "aria-describedby": [about && `${id}-about`, wrong && `${id}-wrong`].filter(Boolean).join(" ") || undefined,
  "aria-invalid": wrong ? true : undefined,
});

export function TextField({ label, about, wrong, ...input }: Said & Omit<ComponentProps<"input">, keyof Said>) {
  const id = useId();
  const said = { label, about, wrong };
  return (
    <Entry id={id} {...said}>
      <input type="text" spellCheck={false} {...input} {...described(id, said)} />
    </Entry>
  );
}

/** One of several, each a value with its words. */
export function ChoiceField({ label, about, wrong, of, ...select }: Said & { of: readonly (readonly [string, string])[] } & Omit<ComponentProps<"select">, keyof Said>) {
  const id = useId();
  const said = { label, about, wrong };
  return (
    <Entry id={id} {...said}>
      <select {...select} {...described(id, said)}>
        {of.map(([value, name]) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </select>
    </Entry>
  );
}

export function Tick({ label, about, wrong, ...input }: Said & Omit<ComponentProps<"input">, keyof Said>) {
  const id = useId();
  return (
    <div className="tick">
      <label>
        <input type="checkbox" {...input} {...described(id, { about, wrong })} /> <span>{label}</span>
      </label>
      {about && (
        <p id={`${id}-about`} className="entry-about">
          {about}
        </p>
      )}
      {wrong && (
        <p id={`${id}-wrong`} className="refusal" role="alert">
          {wrong}
        </p>
      )}
    </div>
  );
}

interface Chips extends Said {
  name: string;
  of: readonly (readonly [string, ReactNode])[];
  chosen: readonly string[];
  /** Of radios, one can be chosen. */
  type?: "checkbox" | "radio";
  disabled?: boolean;
  onChoose?: (value: string) => void;
}

/** Several of a few, in a row; the form has them under one name. */
export function ChipsField({ label, about, wrong, name, of, chosen, type = "checkbox", disabled, onChoose }: Chips) {
  const id = useId();
  return (
    <fieldset className="entry chips" aria-describedby={wrong ? `${id}-wrong` : undefined} disabled={disabled}>
      <legend>{label}</legend>
      <div>
        {of.map(([value, words]) => (
          <label key={value}>
            <input type={type} name={name} value={value} defaultChecked={chosen.includes(value)} onChange={() => onChoose?.(value)} />
            <span>{words}</span>
          </label>
        ))}
      </div>
      {about && <p className="entry-about">{about}</p>}
      {wrong && (
        <p id={`${id}-wrong`} className="refusal" role="alert">
          {wrong}
        </p>
      )}
    </fieldset>
  );
}
