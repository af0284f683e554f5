import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

/** What every file of the app says is kept of the service's answers under a name that it writes itself. */
function written(): { file: string; name: string }[] {
  const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((file) => /\.tsx?$/.test(file) && !/^client|\.test\./.test(file));
  return files.flatMap((file) => Array.from(readFileSync(`src/${file}`, "utf8").matchAll(/queryKey: \["([\w-]+)"(?:, "([\w-]+)")?/g), ([, first, second]) => ({ file, name: `${first} ${second ?? ""}`.trim() })));
}

it("one name is one question: a name that is written in a query is written in no other, and is none of `keys`", () => {
  const named = Array.from(readFileSync("src/service/keys.ts", "utf8").matchAll(/\["([\w-]+)"/g), ([, name]) => name);
  const all = written().map(({ name }) => name);
  expect(all.filter((name, at) => all.indexOf(name) !== at || named.includes(name.split(" ")[0]))).toEqual([]);
});
