/** What went wrong, as the service says it (RFC 9457), or as the network does. */
export interface Problem {
  status: number;
  title: string;
  detail: string;
  hint?: string;
  /** By a field's name, what is wrong with it. */
  fields: Record<string, string>;
}

const UNREACHED = "The service can't be reached";

export function problemOf(error: unknown): Problem {
  if (typeof error === "object" && error !== null && "detail" in error && "status" in error) {
    const said = error as Record<string, unknown>;
    return {
      status: Number(said.status),
      title: text(said.title) || "Problem",
      detail: text(said.detail),
      hint: text(said.hint) || undefined,
      fields: Array.isArray(said.errors) ? namedFields(said.errors) : fieldsOf(text(said.detail)),
    };
  }
  if (error instanceof TypeError) {
    const detail = "What is on screen stays; it goes on by itself once the service answers.";
    return { status: 0, title: UNREACHED, detail, fields: {} };
  }
  return { status: 0, title: "Something failed", detail: error instanceof Error ? error.message : "", fields: {} };
}

/** "password: String should have at least 8 characters; email: …" names the fields it is about. */
function fieldsOf(detail: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const part of detail.split("; ")) {
    const match = /^([\w.]+): (.+)$/.exec(part);
    const name = match?.[1]?.split(".").findLast((one) => !/^\d+$/.test(one)); // of a list's item, the list's
    if (name && match?.[2]) found[name] ??= match[2];
  }
  return found;
}

/** What the service says of each field: found by its path ("quiet_hours.start"), and by the name it ends with. */
function namedFields(errors: unknown[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const one of errors as { at?: unknown; message?: unknown }[]) {
    const path = text(one.at).split(".").filter((part) => !/^\d+$/.test(part));
    const said = text(one.message).replace(/^Value error, /, "");
    for (const name of [path.join("."), path.at(-1) ?? ""]) found[name] ??= said;
  }
  return found;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
