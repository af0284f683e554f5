// A quick scan deepens; a row says why; a step of the funnel says who fell there; anybody can be asked about; what is
// asked stands in the address, and going back asks what was asked before.
import assert from "node:assert/strict";
import { asShown } from "../asking.mjs";

export default async function (browser, { url }) {
  const page = await browser.user();
  await page.goto(`${url}/desk`);
  await page.getByText("SIMULATED").first().waitFor();
  await page.keyboard.press("g");
  await page.keyboard.press("s");
  await page.getByRole("combobox", { name: "Scanner", exact: true }).waitFor();
  await browser.look(page, "scan-empty");

  await page.getByRole("button", { name: /Scan/ }).click();
  const table = page.getByRole("region", { name: "Rows of the scan" });
  const rows = table.locator("tbody tr:not(.gap)");
  await rows.first().waitFor();
  assert.match(page.url(), /scanner=quick/);
  const deepens = () => page.waitForFunction(() => !document.querySelector(".table .ring"), null, { timeout: 60_000 });
  await deepens();
  await page.routeWebSocket(/scanner-status/, (line) => void setTimeout(() => line.connectToServer(), 5_000));
  await page.reload(); // the second phase is over before the page listens
  await rows.first().waitFor();
  await deepens();

  await page.getByRole("combobox", { name: "Scanner", exact: true }).selectOption("technical");
  await page.getByRole("button", { name: /Scan/ }).click();
  await page.getByText(/rows? of technical/).waitFor();
  await deepens();
  await rows.first().click();
  await page.getByText("Why", { exact: true }).first().waitFor();
  await page.getByRole("heading", { name: "Levels" }).waitFor();
  await page.locator(".small-chart g").first().waitFor();
  await browser.look(page, "scan");

  const first = await rows.first().locator("b").first().innerText();
  await table.focus();
  await page.keyboard.press("j");
  const second = await rows.nth(1).locator("b").first().innerText();
  await page.waitForURL(new RegExp(`symbol=${second}`));
  await page.keyboard.press("k");
  await page.waitForURL(new RegExp(`symbol=${first}`));
  const told = page.locator(".telling");
  await page.keyboard.press("w");
  await told.getByText(`${first} is on your watchlist`).waitFor();
  await page.keyboard.press("a");
  await told.getByText(`signals of ${first}`).waitFor();
  await browser.shot(page, "scan-told");
  await told.getByRole("button", { name: "Undo" }).click();
  await told.getByText("any more").waitFor();
  await page.keyboard.press("a");
  await told.getByText("You will be told").waitFor();
  await page.keyboard.press("a");
  await told.getByText("already").waitFor();
  const [file] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("x")]);
  assert.match(file.suggestedFilename(), /\.csv$/);

  await page.locator(".funnel button:not(:disabled)").last().click();
  await page.getByText("Fell at").waitFor();
  await page.locator(".fallen li").first().waitFor();
  await browser.shot(page, "scan-fallen");
  const fallen = await page.locator(".fallen li b").first().innerText();
  await page.keyboard.press("Escape");
  await page.getByPlaceholder("symbol ⏎").fill(fallen.toLowerCase());
  await page.keyboard.press("Enter");
  await page.getByText("Why not", { exact: true }).first().waitFor();
  await browser.shot(page, "scan-why-not");
  await page.getByRole("button", { name: "Close" }).click();

  const range = await page.getByRole("link", { name: "Range…" }).getAttribute("href");
  assert.match(range, /^\/range\?scanner=technical/);

  await page.getByLabel("Universe").selectOption({ label: "my watchlist · 1" });
  await page.getByLabel("As of").fill("2025-03-03");
  await page.getByRole("button", { name: /Scan/ }).click();
  await page.getByText(`as of ${asShown("2025-03-03")}`).waitFor();
  assert.match(page.url(), /list=watchlist.*date=|date=.*list=watchlist/);
  await browser.shot(page, "scan-past");
  await page.goBack();
  await page.getByText(`as of ${asShown("2025-06-30")}`).waitFor();
  assert.equal(await page.getByLabel("Universe").inputValue(), "", "going back asks everybody again");
  assert.equal(await page.getByLabel("As of").inputValue(), "");

  await page.getByLabel("min price", { exact: true }).fill("-4");
  await page.getByText("0 or more").waitFor();
  assert.ok(await page.getByRole("button", { name: /Scan ⏎/ }).isDisabled());
}
