import { problemOf } from "@/service/problem";

/**
 * By a field's name, what the service has said against its value: `min_price = -5 in section [gap] can't be used …`, or
 * against the date: `no session on 2025-06-28`.
 */
export function refusedOf(error: unknown): Record<string, string> {
  if (!error) return {};
  const { detail, hint, fields } = problemOf(error);
  const name = /^(\w+) = [\s\S]* in section \[/.exec(detail)?.[1];
  if (/^no session on /.test(detail)) return { ...fields, scan_date: hint ?? detail };
  return name ? { ...fields, [name]: hint ?? detail } : fields;
}
