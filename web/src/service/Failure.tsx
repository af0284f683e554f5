import { Button } from "@mantine/core";
import { problemOf } from "./problem";

/** What happened, what still works, what to do; spoils its own panel only. */
export function Failure({ error, again }: { error: unknown; again?: () => void }) {
  const problem = problemOf(error);
  return (
    <div className="failure" role="alert">
      <strong>{problem.title}</strong>
      <p>{problem.detail}</p>
      {problem.hint && <p className="quiet">{problem.hint}</p>}
      {again && (
        <Button size="xs" variant="default" onClick={again}>
          Try again
        </Button>
      )}
    </div>
  );
}
