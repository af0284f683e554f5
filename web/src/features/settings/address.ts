export const PARTS = [
  { id: "profile", name: "Profile" },
  { id: "security", name: "Password, sign-ins" },
  { id: "account", name: "Account and risk" },
  { id: "scanner", name: "Live scanner" },
  { id: "providers", name: "Providers" },
  { id: "look", name: "Look" },
  { id: "alerts", name: "Sounds and alerts" },
] as const;
export type Part = (typeof PARTS)[number]["id"];

/** `scanner`: the one whose parameters are open. */
interface SettingsSearch {
  part?: Part;
  scanner?: string;
}

export function settingsSearch({ part, scanner }: Record<string, unknown>): SettingsSearch {
  const known = PARTS.find(({ id }) => id === part)?.id;
  return {
    ...(known && known !== "profile" && { part: known }),
    ...(typeof scanner === "string" && scanner !== "" && scanner.length <= 64 && { scanner }),
  };
}
