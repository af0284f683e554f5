import { useRouter, type ErrorComponentProps } from "@tanstack/react-router";
import { useEffect } from "react";
import { Failure } from "@/service/Failure";
import { useLine } from "@/service/live";
import { hasStartedOver, startOver, Unloaded } from "./files";

/** A page that could not be shown; the frame around it stays. */
export function Broken({ error }: ErrorComponentProps) {
  const router = useRouter();
  if (error instanceof Unloaded) return <Awaited error={error} />;
  return <Failure error={error} again={() => void router.invalidate()} />;
}

/** A page whose files did not come: once the service answers, all of it is loaded anew, but not again and again. */
function Awaited({ error }: { error: Unloaded }) {
  const { state } = useLine();
  const isOpen = state === "open";
  useEffect(() => {
    if (isOpen && !hasStartedOver()) void startOver();
  }, [isOpen]);
  return <Failure error={isOpen && hasStartedOver() ? new Error(error.message) : error} again={() => void startOver()} />;
}
