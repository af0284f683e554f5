// Says how much JavaScript a first visit loads, compressed, and fails above the bound.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const MOST_KB = 250;
const built = new URL("../../src/tapehawk/web_app/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL("manifest.json", built), "utf8"));

const initial = new Set();
const follow = (name) => {
  const chunk = manifest[name];
  if (initial.has(chunk.file)) return;
  initial.add(chunk.file);
  (chunk.imports ?? []).forEach(follow);
};
follow("index.html");

const kb = (files) =>
  files.reduce((sum, file) => sum + gzipSync(readFileSync(new URL(file, built)), { level: 9 }).length, 0) / 1000;
const all = Object.values(manifest).map((chunk) => chunk.file).filter((file) => file.endsWith(".js"));
const first = kb([...initial]);
console.log(`· the web app: ${first.toFixed(0)} kB of JavaScript at first (at most ${MOST_KB}), ${kb([...new Set(all)]).toFixed(0)} kB in all, gzipped`);
if (first > MOST_KB) process.exit(1);
