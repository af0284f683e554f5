import { useRouter, type ErrorComponentProps } from "@tanstack/react-router";
import { Failure } from "@/service/Failure";

/** A page that could not be shown; the frame around it stays. */
export function Broken({ error }: ErrorComponentProps) {
  const router = useRouter();
  return <Failure error={error} again={() => void router.invalidate()} />;
}
