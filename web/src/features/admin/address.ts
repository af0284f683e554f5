export const PARTS = [
  { id: "users", name: "Users" },
  { id: "jobs", name: "Jobs" },
  { id: "health", name: "Health" },
  { id: "settings", name: "Settings" },
] as const;
export type Part = (typeof PARTS)[number]["id"];

/** `find`: what the settings are narrowed to. */
export interface AdminSearch {
  part?: Part;
  find?: string;
}

export function adminSearch({ part, find }: Record<string, unknown>): AdminSearch {
  const known = PARTS.find(({ id }) => id === part)?.id;
  return {
    ...(known && known !== "users" && { part: known }),
    ...(typeof find === "string" && find !== "" && find.length <= 100 && { find }),
  };
}
