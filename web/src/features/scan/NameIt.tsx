import { useState } from "react";
import { problemOf } from "@/service/problem";

interface Props {
  label: string;
  /** Keeps it under the name; what it raises is said, and the name stays. */
  keep: (name: string) => Promise<unknown>;
  close: () => void;
}

/** A name for something that is kept. It may stand within a form: enter keeps, and does not send that form. */
export function NameIt({ label, keep, close }: Props) {
  const [name, write] = useState("");
  const [refused, say] = useState("");
  async function save(): Promise<void> {
    if (!name.trim()) return;
    try {
      await keep(name.trim());
      close();
    } catch (error) {
      const { fields, detail } = problemOf(error);
      say(fields.name ?? detail);
    }
  }
  return (
    <span className={`name-it ${refused ? "wrong" : ""}`}>
      <input
        className="boxed"
        autoFocus
        aria-label={label}
        placeholder={label}
        maxLength={100}
        value={name}
        aria-invalid={refused !== ""}
        onChange={(event) => {
          write(event.target.value);
          say("");
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter") void save();
          else if (event.key === "Escape") close();
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      />
      <button type="button" className="plain accent" disabled={!name.trim()} onClick={() => void save()}>
        Keep
      </button>
      <button type="button" className="plain" onClick={close}>
        Cancel
      </button>
      {refused && (
        <span className="refusal" role="alert">
          {refused}
        </span>
      )}
    </span>
  );
}
