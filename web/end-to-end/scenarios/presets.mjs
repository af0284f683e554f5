// Parameters are kept under a name, overwritten, deleted and had back; a hostile name is only ever text; a formula of
// one's own is a scanner; a view of the table is kept, and is the usual one from then on.
import assert from "node:assert/strict";

const HOSTILE = "<img src=x onerror=alert(1)>";

export default async function (browser, { url }) {
  const page = await browser.user();
  page.on("dialog", () => assert.fail("a name was executed"));
  await page.goto(`${url}/scan?scanner=technical`);
  const rows = page.getByRole("region", { name: "Rows of the scan" }).locator("tbody tr:not(.gap)");
  await rows.first().waitFor();
  const preset = page.getByLabel("Preset");
  const told = page.locator(".telling");
  assert.equal(await preset.inputValue(), "", "the defaults");

  const field = page.getByLabel("min price", { exact: true });
  await field.fill("20");
  await page.getByRole("button", { name: "keep as …" }).first().click();
  await page.getByLabel("Name of the preset").fill(HOSTILE);
  await page.keyboard.press("Enter");
  await told.getByText("is kept").waitFor();
  assert.equal(await preset.locator("option:checked").innerText(), HOSTILE);
  assert.equal(await page.locator("img").count(), 0, "a name is text");
  await page.getByRole("button", { name: /Scan/ }).click();
  await page.waitForURL(/preset=/);
  assert.match(decodeURIComponent(page.url()), /"min_price":20/);

  await page.reload();
  await rows.first().waitFor();
  assert.equal(await preset.locator("option:checked").innerText(), HOSTILE, "the address holds the preset");
  await field.fill("30");
  await page.getByRole("button", { name: "overwrite" }).click();
  await told.getByText("has these parameters now").waitFor();
  await told.getByRole("button", { name: "Undo" }).click();
  await page.waitForFunction(() => [...document.querySelectorAll(".parameter")].some((one) => one.querySelector("label")?.textContent === "min price" && one.querySelector("input[type=text]")?.value === "20"));
  await browser.look(page, "presets");

  await page.getByRole("button", { name: /Delete the preset/ }).click();
  await told.getByText("is deleted").waitFor();
  assert.equal(await preset.locator("option", { hasText: HOSTILE }).count(), 0);
  await told.getByRole("button", { name: "Undo" }).click();
  await preset.locator("option", { hasText: HOSTILE }).waitFor({ state: "attached" });

  await page.getByRole("combobox", { name: "Scanner", exact: true }).selectOption("formula");
  await page.getByLabel("ƒ formula").fill("close > open");
  await page.getByText(/match as of/).waitFor();
  await page.getByRole("button", { name: "keep as my scanner …" }).click();
  await page.getByLabel("Name of the scanner").fill("green bars");
  await page.keyboard.press("Enter");
  await told.getByText("“green bars” is kept").waitFor();
  await page.getByRole("combobox", { name: "Scanner", exact: true }).selectOption("technical");
  await page.getByRole("combobox", { name: "Scanner", exact: true }).selectOption({ label: "green bars" });
  assert.equal(await page.getByLabel("ƒ formula").inputValue(), "close > open");
  await page.getByRole("button", { name: /Scan/ }).click();
  await rows.first().waitFor();

  await page.getByText("columns", { exact: true }).click();
  await page.getByRole("checkbox", { name: /^ATR/ }).check();
  await page.getByRole("checkbox", { name: /^regime/ }).uncheck();
  const left = page.getByRole("button", { name: "ATR further left" });
  while (await left.isEnabled()) await left.click();
  await browser.look(page, "columns");
  await page.keyboard.press("Escape");
  const heads = async () => (await page.locator(".rows thead th").allInnerTexts()).map((one) => one.trim());
  assert.deepEqual((await heads()).slice(0, 2), ["ATR", "symbol"]);
  assert.ok(!(await heads()).includes("regime"));
  await page.locator(".views").getByRole("button", { name: "keep as …" }).click();
  await page.getByLabel("Name of the view").fill("by range");
  await page.keyboard.press("Enter");
  await told.getByText("is kept").waitFor();
  await page.getByRole("button", { name: "make usual" }).click();
  await told.getByText("from now on").waitFor();
  await page.goto(`${url}/scan?scanner=technical`);
  await rows.first().waitFor();
  await page.locator(".rows thead th", { hasText: "ATR" }).waitFor();
  assert.deepEqual((await heads()).slice(0, 2), ["ATR", "symbol"]);

  const all = await rows.count();
  await page.getByLabel("Part of a symbol").fill((await rows.first().locator("b").first().innerText()).slice(0, 3));
  await page.getByText(/\d+ of \d+ rows/).waitFor();
  assert.ok((await rows.count()) < all);
  assert.match(page.url(), /find=/);
}
