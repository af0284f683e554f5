// The dashboard in a real Chromium: `node end-to-end/dashboard/bench.mjs URL THEME`. Every tab, a slider, a row, rounds, a file.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Browser } from "../browser.mjs";

const [url, theme] = process.argv.slice(2);
const browser = await Browser.open(url);
const page = await browser.stranger({ colorScheme: theme });
const shot = (name) => browser.shot(page, `dashboard-${name}-${theme}`);
const settled = async () => {
  await page.waitForFunction(() => !document.querySelector('[data-testid="stStatusWidget"], [data-stale="true"]'), null, { timeout: 60_000 });
  await page.waitForTimeout(400);
};
const open = async (tab) => {
  await page.getByRole("tab", { name: tab }).click();
  await settled();
};

await page.goto(`${url}/?scanner=technical`);
await page.getByRole("heading", { name: "technical", exact: true }).waitFor({ timeout: 60_000 });
await page.getByText("simulated", { exact: true }).first().waitFor();
await page.locator(".js-plotly-plot").first().waitFor();
await settled();
await shot("results");

const symbol = () => page.locator(".stMainBlockContainer h4").first().textContent();
const first = await symbol();
await page.getByTestId("stDataFrame").first().click({ position: { x: 16, y: 28 * 2.5 } });
await page.waitForFunction((was) => document.querySelector(".stMainBlockContainer h4")?.textContent !== was, first);
await settled();

const said = () => page.getByText(/rows? · /).first().textContent();
const before = await said();
const slider = page.getByRole("slider").last();
await slider.focus();
for (let i = 0; i < 30; i += 1) await page.keyboard.press("ArrowRight");
await page.waitForFunction((was) => ![...document.querySelectorAll("p")].some((p) => p.textContent === was), before);
await page.getByRole("button", { name: "Back to the settings" }).click();
await settled();

await open("Charts and statistics");
await page.getByRole("button", { name: "Scan with every scanner" }).click();
await settled();
await page.getByRole("button", { name: "Follow the signals" }).click();
await page.getByText("hypothetical").first().waitFor({ timeout: 60_000 });
await settled();
await page.setViewportSize({ width: 1440, height: 2000 });
await settled();
await shot("statistics");

await open("Comparison");
await page.locator(".js-plotly-plot").first().waitFor();
await settled();
await shot("comparison");
await page.setViewportSize({ width: 1440, height: 900 });

await open("Exports");
await shot("exports");
const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "csv" }).click()]);
assert.match(readFileSync(await file.path(), "utf8"), /^symbol,/);

await open("Help");
await shot("help");

await open("Live scan");
await page.getByLabel("Seconds between rounds").fill("1");
await page.keyboard.press("Enter");
await page.getByRole("button", { name: "Start Live Scan" }).click();
await page.getByText(/^round [2-9]/).waitFor({ timeout: 60_000 });
await shot("live");
await open("Results");
await open("Live scan");
const round = Number((await page.getByText(/^round \d+/).first().textContent()).match(/\d+/)[0]);
assert.ok(round >= 2, `round ${round}`);
await page.getByRole("button", { name: "Stop Live Scan" }).click();
await page.getByRole("button", { name: "Start Live Scan" }).waitFor();

await open("Results");
await page.getByRole("combobox", { name: /Scanner/ }).fill("formula");
await page.keyboard.press("Enter");
await page.getByRole("heading", { name: "formula", exact: true }).waitFor();
await page.getByRole("textbox", { name: "formula", exact: true }).fill("clos > 5");
await page.keyboard.press("Control+Enter");
await page.getByText("clos > 5\n^").first().waitFor();
await settled();
await shot("formula");
assert.match(page.url(), /scanner=formula/);

await browser.close();
