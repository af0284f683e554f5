import { useState } from "react";
import type { ScanAnswer } from "@/client";
import { fixed, words } from "@/shared/format";

export interface Step {
  pattern: string;
  number: number;
  name: string;
}

/** What became of everybody, step by step. Each step opens on those who fell there. */
export function Funnel({ scan, step, look }: { scan: ScanAnswer; step: Step | null; look: (step: Step | null) => void }) {
  const [shown, show] = useState(0);
  const funnel = scan.funnel[shown] ?? scan.funnel[0];
  if (!funnel) return null;
  return (
    <div className="funnel" role="group" aria-label={`Funnel of ${words(funnel.pattern)}`}>
      {scan.funnel.length > 1 && (
        <select aria-label="Pattern of the funnel" value={shown} onChange={(event) => {
            show(Number(event.target.value));
            look(null);
          }}>
          {scan.funnel.map(({ pattern }, index) => (
            <option key={pattern} value={index}>
              {words(pattern)}
            </option>
          ))}
        </select>
      )}
      <ol>
        {funnel.steps.map(({ name, passed, unknown }, number) => {
          const before = funnel.steps[number - 1]?.passed ?? passed;
          const isOn = step?.pattern === funnel.pattern && step.number === number;
          return (
            <li key={name}>
              <button
                type="button"
                className={`plain ${isOn ? "on" : ""}`}
                aria-pressed={isOn}
                disabled={before === passed}
                title={before === passed ? "nobody fell here" : `${fixed(before - passed, 0)} fell here${unknown ? `, ${fixed(unknown, 0)} of them because something is unknown` : ""}`}
                onClick={() => look(isOn ? null : { pattern: funnel.pattern, number, name })}
              >
                <span className="quiet">{words(name)}</span> <b>{fixed(passed, 0)}</b>
              </button>
            </li>
          );
        })}
      </ol>
    </div>
  );
}
