/** Every page that has a name of its own: the top bar, the account's menu, the search and the keys are drawn from this. */
export const PAGES = [
  { to: "/desk", name: "Desk", key: "d", place: "bar", role: undefined },
  { to: "/scan", name: "Scan", key: "s", place: "bar", role: undefined },
  { to: "/range", name: "Range scans", key: "r", place: undefined, role: undefined },
  { to: "/signals", name: "Signals", key: "i", place: "bar", role: undefined },
  { to: "/lists", name: "Lists", key: "l", place: "bar", role: undefined },
  { to: "/analytics", name: "Analytics", key: "a", place: "bar", role: undefined },
  { to: "/notifications", name: "Notifications", key: "n", place: "account", role: undefined },
  { to: "/settings", name: "Settings", key: ",", place: "account", role: undefined },
  { to: "/admin", name: "Admin", key: undefined, place: "account", role: "admin" },
] as const;

/** Those that somebody of a role has. */
export const pagesOf = (role: string | undefined) => PAGES.filter((page) => !page.role || page.role === role);
