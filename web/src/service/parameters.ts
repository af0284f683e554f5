/** A scanner's parameters, read from its JSON Schema: what a field has to know. */
export interface Parameter {
  name: string;
  about: string;
  kind: "number" | "integer" | "boolean" | "choice" | "list" | "text";
  fallback: unknown;
  isOptional: boolean;
  choices: string[];
  least?: number;
  most?: number;
  above?: number;
  below?: number;
  longest?: number;
}

interface Schema {
  type?: string;
  enum?: unknown[];
  anyOf?: Schema[];
  default?: unknown;
  description?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  maxLength?: number;
}

export function parametersOf(schema: Record<string, unknown>): Parameter[] {
  return Object.entries((schema.properties ?? {}) as Record<string, Schema>).map(([name, said]) => parameter(name, said));
}

function parameter(name: string, said: Schema): Parameter {
  const isOptional = said.anyOf?.some((one) => one.type === "null") ?? false;
  const one = said.anyOf?.find((other) => other.type !== "null") ?? said;
  const choices = (one.enum ?? []).map(String);
  const plain = { number: "number", integer: "integer", boolean: "boolean" }[one.type ?? ""] as Parameter["kind"] | undefined;
  return {
    name,
    about: said.description ?? "",
    kind: choices.length > 0 ? "choice" : one.type === "array" ? "list" : (plain ?? "text"),
    fallback: said.default,
    isOptional,
    choices,
    least: one.minimum,
    most: one.maximum,
    above: one.exclusiveMinimum,
    below: one.exclusiveMaximum,
    longest: one.maxLength,
  };
}

/** What was written into a field as a value, or in words why it is none. */
export function read(known: Parameter, text: string): { value: unknown } | { wrong: string } {
  if (known.kind === "boolean") return { value: text === "true" };
  if (known.kind === "text" || known.kind === "choice") return { value: text };
  if (known.kind === "list") return { value: text.split(",").map((one) => one.trim()).filter(Boolean) };
  if (text.trim() === "") return known.isOptional ? { value: null } : { wrong: "a number" };
  const value = Number(text);
  if (!Number.isFinite(value)) return { wrong: "a number" };
  if (known.kind === "integer" && !Number.isInteger(value)) return { wrong: "a whole number" };
  if (known.least !== undefined && value < known.least) return { wrong: `${known.least} or more` };
  if (known.most !== undefined && value > known.most) return { wrong: `${known.most} or less` };
  if (known.above !== undefined && value <= known.above) return { wrong: `more than ${known.above}` };
  if (known.below !== undefined && value >= known.below) return { wrong: `less than ${known.below}` };
  return { value };
}

/** The least and most of a slider, where the bounds are near enough for one to be of use. */
export function slider(known: Parameter): { min: number; max: number; step: number } | null {
  const min = known.least ?? known.above;
  const max = known.most ?? known.below;
  if (min === undefined || max === undefined || max - min > 250) return null;
  const step = known.kind === "integer" ? 1 : max - min <= 1 ? 0.01 : max - min <= 10 ? 0.1 : 0.5;
  return { min, max, step };
}

/** Only what differs from the defaults, so that an address says what was chosen and no more. */
export function chosen(known: readonly Parameter[], values: Record<string, unknown>): Record<string, unknown> | undefined {
  const differs = known.filter(({ name, fallback }) => name in values && JSON.stringify(values[name]) !== JSON.stringify(fallback));
  return differs.length > 0 ? Object.fromEntries(differs.map(({ name }) => [name, values[name]])) : undefined;
}

/** A value as it is written into a field. */
export function textOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.join(", ");
  return typeof value === "string" ? value : JSON.stringify(value);
}
