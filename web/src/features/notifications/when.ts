import type { PreferencesChange } from "@/client";

export const DIGESTS = ["once", "minutes", "daily"] as const;
export type DigestKind = (typeof DIGESTS)[number];
export const FIELDS = ["time_zone", "quiet_hours", "start", "end", "digest", "every_minutes", "at"];

/** What is written in the form. Numbers and times go as they were written: the service says what is wrong with them. */
export function wantsOf(form: FormData): PreferencesChange {
  const text = (name: string) => {
    const said = form.get(name);
    return typeof said === "string" ? said.trim() : "";
  };
  const digest = {
    once: null,
    minutes: { every_minutes: text("every_minutes") as unknown as number },
    daily: { at: text("at") },
  }[text("digest") as DigestKind];
  return {
    time_zone: text("time_zone"),
    quiet_hours: form.has("quiet") ? { start: text("start"), end: text("end") } : null,
    digest,
  };
}

export function digestOf({ digest }: PreferencesChange): DigestKind {
  if (!digest) return "once";
  return digest.at ? "daily" : "minutes";
}
