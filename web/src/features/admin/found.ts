import type { ShownSetting } from "@/client";

/** Whether every word that is written stands in a setting. */
export function isFound({ section, key, value, about, origin }: ShownSetting, find: string): boolean {
  const said = [`${section}.${key}`, JSON.stringify(value), about, origin].join(" ").toLowerCase();
  return find.toLowerCase().split(/\s+/).every((word) => said.includes(word));
}
