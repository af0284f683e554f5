import { ESLint } from "eslint";
import { expect, it } from "vitest";

const eslint = new ESLint();

async function refusals(file: string, line: string): Promise<string[]> {
  const [found] = await eslint.lintText(`${line}\n`, { filePath: `src/${file}` });
  return (found?.messages ?? []).map(({ ruleId }) => ruleId ?? "").filter((rule) => rule.startsWith("no-restricted"));
}

it.each([
  ["shared/format.ts", 'import "@/service/ask";'],
  ["shared/format.ts", 'import "../service/ask";'],
  ["shared/format.ts", 'import "./../service/ask";'],
  ["shared/format.ts", 'import "@/shared/../service/ask";'],
  ["shared/format.ts", 'export * from "../client";'],
  ["shared/format.ts", 'void import("@/service/ask");'],
  ["service/ask.ts", 'import "../features/desk/tape";'],
  ["service/ask.ts", 'import "../app/pages";'],
  ["features/desk/tape.ts", 'import "@/features/scan/rows";'],
  ["features/desk/tape.ts", 'import "../scan/rows";'],
  ["features/desk/tape.ts", 'import "../../app/pages";'],
])("%s may not %s", async (file, line) => expect(await refusals(file, line)).not.toEqual([]), 60_000);

it.each([
  ["service/ask.ts", 'import "@/shared/format";'],
  ["features/desk/tape.ts", 'import "@/service/ask";'],
  ["features/desk/tape.ts", 'import "./Tape";'],
  ["app/pages.ts", 'import "@/features/desk/Desk";'],
])("%s may %s", async (file, line) => expect(await refusals(file, line)).toEqual([]), 60_000);
