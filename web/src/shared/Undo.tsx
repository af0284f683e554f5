import "./undo.css";
import { useEffect } from "react";

interface Props {
  said: string;
  undo?: () => void;
  /** It is read: called by itself after a while. */
  done: () => void;
}

const READ_MS = 8_000;

/** What was just done, in words, and how to take it back. */
export function Undo({ said, undo, done }: Props) {
  useEffect(() => {
    const timer = setTimeout(done, READ_MS);
    return () => clearTimeout(timer);
  }, [said, done]);
  return (
    <p className="said-done" role="status">
      {said}
      {undo && (
        <button type="button" className="plain accent" onClick={undo}>
          Undo
        </button>
      )}
    </p>
  );
}
