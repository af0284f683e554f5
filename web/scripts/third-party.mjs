// Writes beside the built app whose software it is made of besides, each with its licence, as those ask for.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";

const root = new URL("../", import.meta.url);
const built = new URL("../../src/tapehawk/web_app/THIRD-PARTY.txt", import.meta.url);
const TYPES = /node_modules\/(@types\/|csstype$|type-fest$|tagged-tag$)/; // read while building, never shipped
/** Texts that a licence asks to be carried along and that no package brings. */
const NOTICES = {
  "lightweight-charts": "TradingView Lightweight Charts™\nCopyright (c) 2025 TradingView, Inc. https://www.tradingview.com/",
};
const RULE = "-".repeat(80);

const { packages } = JSON.parse(readFileSync(new URL("package-lock.json", root), "utf8"));
const shipped = Object.entries(packages).filter(([path, about]) => path && !about.dev && !TYPES.test(path));

const byLicence = new Map();
for (const [path] of shipped) {
  const folder = new URL(`${path}/`, root);
  const about = JSON.parse(readFileSync(new URL("package.json", folder), "utf8"));
  const file = readdirSync(folder).find((name) => /^(licen[cs]e|copying)(\.|$)/i.test(name));
  const text = file ? readFileSync(new URL(file, folder), "utf8").trim() : `${about.license} (its package brings no text)`;
  const said = [`${about.name} ${about.version} (${about.license})`, ...(NOTICES[about.name] ? [NOTICES[about.name]] : [])].join("\n");
  byLicence.set(text, [...(byLicence.get(text) ?? []), said]);
}

const parts = [...byLicence].map(([text, names]) => `${RULE}\n${names.toSorted().join("\n")}\n${RULE}\n\n${text}\n`);
const head = `The web app of Tapehawk is made with the software of others, under these licences.\n\n`;
writeFileSync(built, head + parts.join("\n"));
console.log(`· the web app: licences of ${shipped.length} packages in THIRD-PARTY.txt`);
