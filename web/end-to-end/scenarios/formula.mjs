// A formula is completed, explained and counted as one writes; its mistake is underlined and mended.
import assert from "node:assert/strict";

export default async function (browser, { url }) {
  const page = await browser.user();
  await page.goto(`${url}/scan?scanner=formula`);
  const field = page.getByLabel("ƒ formula");
  await field.waitFor();
  await field.fill("clos > 5");
  await page.locator(".editor u", { hasText: "clos" }).waitFor();
  await browser.look(page, "formula-wrong");
  await page.getByRole("button", { name: "close", exact: true }).click();
  await page.getByText(/match as of/).waitFor();
  assert.equal(await field.inputValue(), "close > 5");
  assert.equal(await page.locator(".editor u").count(), 0);

  await field.focus();
  await page.keyboard.press("End");
  await page.keyboard.type(" and rvo");
  await page.getByRole("option", { name: /rvol_tod/ }).waitFor();
  await browser.look(page, "formula-offers");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  assert.equal(await field.inputValue(), "close > 5 and rvol()");
  await page.keyboard.type("20");
  await page.locator(".meaning .now", { hasText: "length" }).waitFor();
  await page.keyboard.press("End");
  await page.keyboard.type(" > 1.2");
  await page.getByText(/match as of/).waitFor();

  const name = page.locator(".editor [data-name=rvol]");
  const { x, y, width, height } = await name.boundingBox();
  await page.mouse.move(x + width / 2, y + height / 2);
  await page.getByRole("tooltip").getByText(/Relative volume/).waitFor();
  await browser.shot(page, "formula-hover");

  await field.focus();
  await page.keyboard.press("Enter");
  await page.waitForURL(/config=/);
  await page.getByText(/rows? of formula/).waitFor();
  assert.match(new URL(page.url()).searchParams.get("config"), /rvol\(20\) > 1\.2/);
  await browser.look(page, "formula");

  await page.getByRole("button", { name: "inside bar" }).click();
  assert.equal(await field.inputValue(), "high < high[1] and low > low[1]");
  await page.locator(".telling").getByRole("button", { name: "Undo" }).click();
  assert.match(await field.inputValue(), /rvol/, "what was written comes back");

  await field.fill("rvol(20)");
  await page.getByText("a scan needs a condition").waitFor();
  await page.getByRole("textbox", { name: /^sell condition/ }).fill("close < lowest(low, 20)[1]");
  await page.getByRole("textbox", { name: /^stop price/ }).fill("close > 1");
  await page.getByText("a stop is a price").waitFor();
}
