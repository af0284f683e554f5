import type { ErrorComponentProps } from "@tanstack/react-router";
import { Failure } from "@/service/Failure";

/** A page that could not be shown; the frame around it stays. */
export function Broken({ error, reset }: ErrorComponentProps) {
  return <Failure error={error} again={reset} />;
}
