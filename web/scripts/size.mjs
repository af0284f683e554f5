// Says how much JavaScript a first visit loads, compressed, at the page that needs most, and fails above the bound.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const MOST_KB = 250;
const built = new URL("../../src/tapehawk/web_app/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL("manifest.json", built), "utf8"));

/** The files of a chunk and of all that it imports. */
function loaded(name, found = new Set()) {
  const { file, imports = [] } = manifest[name];
  if (!found.has(file)) {
    found.add(file);
    imports.forEach((one) => loaded(one, found));
  }
  return found;
}

const sizes = new Map();
function kb(files) {
  for (const file of files) if (!sizes.has(file)) sizes.set(file, gzipSync(readFileSync(new URL(file, built)), { level: 9 }).length / 1000);
  return [...files].reduce((sum, file) => sum + sizes.get(file), 0);
}

const entry = loaded("index.html");
const pages = Object.keys(manifest).filter((name) => manifest[name].isDynamicEntry);
const visits = pages.map((name) => ({ name, kb: kb(loaded(name, new Set(entry))) })).sort((a, b) => b.kb - a.kb);
const [largest] = visits;
const all = new Set(Object.values(manifest).map(({ file }) => file).filter((file) => file.endsWith(".js")));
const page = largest.name.replace(/^.*\/|\.tsx$/g, "");
console.log(`· the web app: ${kb(entry).toFixed(0)} kB of JavaScript before any page, ${largest.kb.toFixed(0)} kB with the largest (${page}; at most ${MOST_KB}), ${kb(all).toFixed(0)} kB in all, gzipped`);
if (largest.kb > MOST_KB) process.exit(1);
