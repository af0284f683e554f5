import type { ProfileChange, ShownUser } from "@/client";

export const FIELDS = ["first_name", "last_name", "email", "current_password", "time_zone"];

const text = (form: FormData, name: string): string => {
  const said = form.get(name);
  return typeof said === "string" ? said : "";
};

/** What is written in the form. An email goes only where it is another: it needs the password. */
export function profileOf(form: FormData, now: ShownUser): ProfileChange {
  const email = text(form, "email").trim();
  return {
    first_name: text(form, "first_name"),
    last_name: text(form, "last_name"),
    ...(email !== now.email && { email, current_password: text(form, "current_password") }),
  };
}

/** What is written as an account, as the service takes it: shares of 1, nothing for what is left to the service. */
export function riskOf(form: FormData): Record<string, unknown> {
  const size = text(form, "account_size").replace(/[\s,_]/g, "");
  const percent = text(form, "per_trade").trim().replace(/\s*%$/, "");
  return {
    ...(size && { account_size: numeral(size) }),
    ...(percent && { per_trade: scaled(numeral(percent)) }),
  };
}

/** A number where it is one: what is none goes as it was written, and the service says so. */
const numeral = (said: string): number | string => (Number.isFinite(Number(said)) ? Number(said) : said);
const scaled = (percent: number | string) => (typeof percent === "number" ? Number((percent / 100).toPrecision(12)) : percent);

/** "per_trade = 2 in section [risk] can't be used (your preferences)" is about the field per_trade. */
export function riskField(detail: string): string | undefined {
  return /^(account_size|per_trade) = /.exec(detail)?.[1];
}

const BROWSERS = [
  ["Edg/", "Edge"],
  ["OPR/", "Opera"],
  ["Firefox/", "Firefox"],
  ["Chrome/", "Chrome"],
  ["Safari/", "Safari"],
] as const;

/** A browser and its system, in words, of what it says of itself. */
export function browserOf(agent: string): string {
  const browser = BROWSERS.find(([mark]) => agent.includes(mark))?.[1]; // later ones are in the names of earlier ones
  const system = /(Windows|Android|iPhone|iPad|Mac OS X|Linux)/.exec(agent)?.[1]?.replace("Mac OS X", "macOS") ?? "";
  if (browser) return [browser, system].filter(Boolean).join(" on ");
  return agent || "unknown";
}
