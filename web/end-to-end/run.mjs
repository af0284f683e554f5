// One scenario in a real Chromium against a real server: `node end-to-end/run.mjs SCENARIO URL OWNERS_EMAIL PASSWORD`.
// Screenshots go to the folder SHOTS names. What a scenario asks of the server ("kill", "start") is said on standard
// output, and done once a line comes back.
import { once } from "node:events";
import { createInterface } from "node:readline";
import { Browser } from "./browser.mjs";

const [, , scenario, url, email, password] = process.argv;
const { default: play } = await import(`./scenarios/${scenario}.mjs`);
const answers = createInterface({ input: process.stdin });

/** Have something done to the server. */
async function server(what) {
  console.log(`server: ${what}`);
  await once(answers, "line");
}

const browser = await Browser.open(url, { email, password });
try {
  await play(browser, { url, server });
  await browser.close();
} catch (error) {
  console.error(error, browser.errors, browser.found);
  const pages = browser.chrome.contexts().flatMap((context) => context.pages());
  for (const [index, page] of pages.entries()) await browser.shot(page, `failed-${scenario}-${index}`).catch(() => undefined);
  process.exitCode = 1;
}
answers.close();
await browser.chrome.close();
