export const PARTS = [
  { id: "inbox", name: "Inbox" },
  { id: "rules", name: "Rules" },
  { id: "channels", name: "Channels" },
  { id: "when", name: "When" },
] as const;
export type Part = (typeof PARTS)[number]["id"];

/** `rule`: the one that is open, or "new"; `symbol` and `scanner` begin a new one. `channel`: the one that is changed. */
interface NotificationsSearch {
  part?: Part;
  unread?: true;
  rule?: string;
  symbol?: string;
  scanner?: string;
  channel?: string;
}

export function notificationsSearch(given: Record<string, unknown>): NotificationsSearch {
  const text = (name: string) => {
    const said = given[name];
    return typeof said === "string" && said !== "" && said.length <= 64 ? said : undefined;
  };
  const part = PARTS.find(({ id }) => id === given.part)?.id;
  return {
    ...(part && part !== "inbox" && { part }),
    ...(given.unread === true && { unread: true }),
    ...(text("rule") && { rule: text("rule") }),
    ...(text("symbol") && { symbol: text("symbol") }),
    ...(text("scanner") && { scanner: text("scanner") }),
    ...(text("channel") && { channel: text("channel") }),
  };
}
