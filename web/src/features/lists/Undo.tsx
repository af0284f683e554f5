import { Button } from "@mantine/core";

/** What was just done, and what takes it back. */
export interface Done {
  text: string;
  undo: () => void;
}

export function Undo({ done, close }: { done: Done | null; close: () => void }) {
  return (
    <div className="undo-bar" role="status">
      {done && (
        <>
          <span>{done.text}</span>
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => {
              done.undo();
              close();
            }}
          >
            Undo
          </Button>
          <button type="button" className="plain" aria-label="Close" onClick={close}>
            ✕
          </button>
        </>
      )}
    </div>
  );
}
