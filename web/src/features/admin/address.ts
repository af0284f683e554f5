import { SECURITY_EVENTS, type SecurityEvent } from "./events";

export const PARTS = [
  { id: "users", name: "Users" },
  { id: "jobs", name: "Jobs" },
  { id: "health", name: "Health" },
  { id: "security", name: "Security" },
  { id: "settings", name: "Settings" },
] as const;
export type Part = (typeof PARTS)[number]["id"];

/** `event`: which of security are listed; `find`: what the settings are narrowed to. */
interface AdminSearch {
  part?: Part;
  event?: SecurityEvent;
  find?: string;
}

export function adminSearch({ part, event, find }: Record<string, unknown>): AdminSearch {
  const which = SECURITY_EVENTS.find((one) => one === event);
  const known = PARTS.find(({ id }) => id === part)?.id;
  return {
    ...(known && known !== "users" && { part: known }),
    ...(which && { event: which }),
    ...(typeof find === "string" && find !== "" && find.length <= 100 && { find }),
  };
}
