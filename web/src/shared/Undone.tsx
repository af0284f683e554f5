import { Button } from "@mantine/core";

export interface Undoable {
  /** What was done: "The rule … is deleted." */
  said: string;
  undo: () => void;
}

/** What was just done, with the way back. */
export function Undone({ of, forget }: { of: Undoable | null; forget: () => void }) {
  return (
    <div role="status" aria-live="polite">
      {of && (
        <p className="undone">
          <span>{of.said}</span>
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => {
              of.undo();
              forget();
            }}
          >
            Undo
          </Button>
        </p>
      )}
    </div>
  );
}
