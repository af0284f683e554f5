import { problemOf } from "@/service/problem";

/** By a parameter's name, what the service has said against its value: `min_price = -5 in section [gap] can't be used …`. */
export function refusedOf(error: unknown): Record<string, string> {
  if (!error) return {};
  const { detail, hint, fields } = problemOf(error);
  const name = /^(\w+) = [\s\S]* in section \[/.exec(detail)?.[1];
  return name ? { ...fields, [name]: hint ?? detail } : fields;
}
