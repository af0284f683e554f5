// A quick scan deepens; a row says why; a step of the funnel says who fell there; a formula's error is mended.
import assert from "node:assert/strict";

export default async function (browser, { url }) {
  const page = await browser.user();
  await page.goto(`${url}/desk`);
  await page.getByText("SIMULATED").first().waitFor();
  await page.getByText(/live \d+ ms/).waitFor();
  await page.keyboard.press("g");
  await page.keyboard.press("s");
  await page.getByLabel("Scanner").waitFor();
  await browser.look(page, "scan-empty");

  await page.getByLabel("Scanner").selectOption("technical");
  await page.getByRole("button", { name: /Scan/ }).click();
  const rows = page.getByRole("region", { name: "Rows of the scan" }).locator("tbody tr:not(.gap)");
  await rows.first().waitFor();
  await page.waitForFunction(() => !document.querySelector(".table .ring"), null, { timeout: 60_000 });
  await rows.first().click();
  await page.getByText("Why", { exact: true }).first().waitFor();
  await page.getByRole("heading", { name: "Levels" }).waitFor();
  await browser.look(page, "scan");

  await page.locator(".funnel button:not(:disabled)").last().click();
  await page.getByText("Fell at").waitFor();
  await page.locator(".fallen li").first().waitFor();
  await browser.shot(page, "scan-fallen");
  await page.keyboard.press("Escape");

  await page.getByLabel("Scanner").selectOption("formula");
  await page.getByLabel("ƒ formula").fill("clos > 5");
  await page.getByRole("button", { name: "close", exact: true }).click();
  await page.getByText(/match as of/).waitFor();
  assert.equal(await page.getByLabel("ƒ formula").inputValue(), "close > 5");
  await browser.look(page, "formula");
}
