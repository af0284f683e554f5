import type { Channel, ChannelChange } from "@/client";
import type { Problem } from "@/service/problem";
import { words } from "@/shared/format";

/** The list in this app: everybody has it, and nothing is to be set up. */
export const IN_APP = "in_app";
/** Typed unseen: a token or a key says nothing to the eye, and screens are shared. */
const UNSEEN = /token|secret|key/;
const TITLES: Record<string, string> = { in_app: "Inbox", email: "E-mail", ntfy: "ntfy" };

interface AddressField {
  name: string;
  label: string;
  about: string;
  /** Never shown again once it is kept. */
  isSecret: boolean;
  isUnseen: boolean;
  isRequired: boolean;
  fallback: string;
}

const capital = (name: string): string => name.charAt(0).toUpperCase() + words(name).slice(1);
export const titleOf = (kind: string): string => TITLES[kind] ?? capital(kind);

interface Schema {
  description?: string;
  writeOnly?: boolean;
  default?: unknown;
}

/** What a kind of channel must be told, read from its JSON Schema. */
export function fieldsOf(address: Record<string, unknown>): AddressField[] {
  const required = (address.required ?? []) as string[];
  return Object.entries((address.properties ?? {}) as Record<string, Schema>).map(([name, said]) => ({
    name,
    label: capital(name),
    about: said.description ?? "",
    isSecret: said.writeOnly ?? false,
    isUnseen: (said.writeOnly ?? false) && UNSEEN.test(name),
    isRequired: required.includes(name),
    fallback: typeof said.default === "string" && !said.writeOnly ? said.default : "",
  }));
}

/** What is written in the form; what is left empty is left out. */
export function addressOf(fields: readonly AddressField[], form: FormData): Record<string, string> {
  const said = fields.map(({ name }): [string, string] => {
    const value = form.get(name);
    return [name, typeof value === "string" ? value.trim() : ""];
  });
  return Object.fromEntries(said.filter(([, value]) => value !== ""));
}

/** All channels with one that is set anew, or without it. The others are sent as they are shown, which keeps them. */
export function withChannel(now: readonly Channel[], kind: string, set: Omit<ChannelChange, "kind"> | null): ChannelChange[] {
  const others = now.filter((one) => one.kind !== kind).map(({ kind, address, is_active }) => ({ kind, address, is_active }));
  return set ? [...others, { kind, ...set }] : others;
}

/** "this is no address for ntfy: topic: …" names the field of the address. */
export function atField(problem: Problem | null): Problem | null {
  const found = /^this is no address for \w+: (\w+): (.+)$/s.exec(problem?.detail ?? "");
  if (!problem || !found?.[1] || !found[2]) return problem;
  return { ...problem, fields: { ...problem.fields, [found[1]]: found[2].replace(/^Value error, /, "") } };
}
