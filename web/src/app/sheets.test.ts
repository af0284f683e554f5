/** A feature's sheet stays once its page was seen: nothing in it may reach beyond that feature. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

interface Block {
  prelude: string;
  body: string;
}

const SRC = join(import.meta.dirname, "..");
const files = readdirSync(SRC, { recursive: true, encoding: "utf8" });
const text = (file: string) => readFileSync(join(SRC, file), "utf8");
const plain = (css: string) => css.replaceAll(/\/\*.*?\*\//gs, "");
const featureOf = (file: string) => /^features\/([^/]+)\//.exec(file)?.[1];

const sheets = files.filter((file) => file.endsWith(".css"));
const ofFeatures = sheets.filter(featureOf);
const ofApp = sheets.filter((file) => file.startsWith("app/"));
const ofParts = sheets.filter((file) => /^(shared|service)\//.test(file));

it("knows the sheet of every page", () => {
  expect(ofFeatures.length).toBeGreaterThan(9);
});

it.each(ofFeatures)("keeps every rule of %s under its feature's root", (sheet) => {
  expect(outside(text(sheet), featureOf(sheet) ?? "")).toEqual([]);
});

it.each(files.filter((file) => featureOf(file) && file.endsWith(".tsx") && text(file).includes("<Dialog ")))("dresses the dialogs of %s as their feature", (file) => {
  const dialogs = [...text(file).matchAll(/<Dialog [^>]*?close/g)].map(([tag]) => tag);
  expect(dialogs.filter((tag) => !tag.includes(`of="${featureOf(file) ?? ""}"`))).toEqual([]);
  expect(dialogs).not.toEqual([]);
});

it.each([
  [".told { z-index: 17 }", [".told"]],
  [":where(.scan) { .told { z-index: 17 } } .scan .panel > * { flex: none }", []],
  [":where(.scan) { .chip { border: 0 } } .chip { border: 0 }", [".chip"]],
  [".scan > .told, .told p { gap: 8px }", [".told p"]],
  ["@media (max-width: 900px) { .told { bottom: 56px } }", [".told"]],
  [".scanned { gap: 0 } .scan-box { gap: 0 }", [".scanned", ".scan-box"]],
  ["@keyframes arrived { from { opacity: 0 } } @keyframes scan-arrived { from { opacity: 0 } }", ["@keyframes arrived"]],
  ["@font-face { font-family: x }", ["@font-face"]],
])("finds what leaves the root in %s", (css, found) => {
  expect(outside(css, "scan")).toEqual(found);
});

it.each(ofParts)("leaves the names of %s to those that load it", (sheet) => {
  const names = new Set(blocks(plain(text(sheet))).flatMap(selectors).flatMap((one) => /^\.([\w-]+)/.exec(one)?.[1] ?? []));
  const others = [...ofApp, ...ofFeatures.filter((one) => !loads(featureOf(one) ?? "", sheet))];
  const twice = others.flatMap((other) => classesOf(other).filter((name) => names.has(name)).map((name) => `.${name} in ${other}`));
  expect(twice).toEqual([]);
});

/** Selectors, and names of animations, that are not of what has the root's class. */
function outside(css: string, root: string): string[] {
  const isWithin = new RegExp(String.raw`^(\.${root}|:where\(\.${root}\))(?![\w-])`);
  return blocks(plain(css)).flatMap(({ prelude, body }) => {
    if (/^@(media|supports|container)\b/.test(prelude)) return outside(body, root);
    if (prelude.startsWith("@")) return prelude.startsWith(`@keyframes ${root}-`) ? [] : [prelude];
    return listed(prelude).filter((selector) => !isWithin.test(selector));
  });
}

/** The outermost blocks of a sheet without comments. */
function blocks(css: string): Block[] {
  const open = css.indexOf("{");
  if (open < 0) return [];
  let depth = 1;
  let end = open + 1;
  for (; depth > 0 && end < css.length; end++) depth += { "{": 1, "}": -1 }[css.charAt(end)] ?? 0;
  return [{ prelude: css.slice(0, open).trim(), body: css.slice(open + 1, end - 1) }, ...blocks(css.slice(end))];
}

/** The selectors of a block and of all within it. */
function selectors({ prelude, body }: Block): string[] {
  const within = blocks(body.replaceAll(/[^{};]*;/g, "")).flatMap(selectors);
  return prelude.startsWith("@") ? within : [...listed(prelude), ...within];
}

/** The members of a list of selectors: a comma within brackets is of one of them. */
const listed = (prelude: string) => prelude.split(/,(?![^(]*\))/).map((one) => one.trim());

const classesOf = (sheet: string) => [
  ...new Set(blocks(plain(text(sheet))).flatMap(selectors).flatMap((one) => [...one.matchAll(/\.([a-z][\w-]*)/gi)].map(([, name]) => name ?? ""))),
];

/** Whether a feature imports a sheet, or a component that does. */
function loads(feature: string, sheet: string): boolean {
  const sources = files.filter((file) => /\.tsx?$/.test(file) && !file.startsWith("client/"));
  const importing = sources.filter((file) => new RegExp(`import ".*/${sheet.split("/")[1] ?? ""}"`).test(text(file)));
  const wanted = [sheet, ...importing.filter((file) => !featureOf(file)).map((file) => file.replace(/\.tsx?$/, ""))];
  return sources.filter((file) => featureOf(file) === feature).some((file) => wanted.some((one) => text(file).includes(`"@/${one}"`)));
}
