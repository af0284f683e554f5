import "./told.css";
import { useCallback, useState } from "react";

export interface Told {
  text: string;
  undo?: () => void;
}
/** Says what has become of what somebody did, and how to have it back. */
export type Tell = (text: string, undo?: () => void) => void;

/** What was done last. It stays until something else is done or it is put away: nobody has to hurry. */
export function useTold(): { told: Told | null; tell: Tell; forget: () => void } {
  const [told, say] = useState<Told | null>(null);
  const tell = useCallback<Tell>((text, undo) => say({ text, undo }), []);
  const forget = useCallback(() => say(null), []);
  return { told, tell, forget };
}

export function Telling({ told, forget }: { told: Told | null; forget: () => void }) {
  return (
    <div className="telling" role="status">
      {told && (
        <p>
          <span className="ellipsis">{told.text}</span>
          {told.undo && (
            <button
              type="button"
              className="plain accent"
              onClick={() => {
                forget();
                told.undo?.();
              }}
            >
              Undo
            </button>
          )}
          <button type="button" className="plain" aria-label="Put away" onClick={forget}>
            ✕
          </button>
        </p>
      )}
    </div>
  );
}
