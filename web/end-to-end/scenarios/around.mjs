// Every page by its keys, in both themes and on a phone.
import assert from "node:assert/strict";

const PHONE = { width: 390, height: 844 };

export default async function (browser, { url }) {
  const page = await browser.user();
  await page.goto(`${url}/desk`);
  await page.locator(".strip").getByText(/\d+ ms/).waitFor();
  await page.getByRole("button", { name: /most active/ }).click();
  const watched = page.getByRole("region", { name: "Watched symbols" }).locator("tbody tr");
  await watched.first().waitFor();
  await browser.look(page, "desk");
  const symbol = await watched.first().locator("td").first().innerText();

  await page.keyboard.press("/");
  await page.keyboard.type(symbol.toLowerCase());
  await page.getByRole("option").first().waitFor();
  await browser.shot(page, "search");
  await page.keyboard.press("Enter");
  await page.locator(".chart canvas").first().waitFor();
  await browser.look(page, "symbol");
  await page.keyboard.press("5");
  await page.waitForURL(/timeframe=5m/);
  await browser.shot(page, "symbol-5m");
  await page.keyboard.press("Escape");
  await page.waitForURL(/desk/);

  for (const [key, name] of Object.entries({ i: "signals", l: "lists" })) {
    await page.keyboard.press("g");
    await page.keyboard.press(key);
    await page.waitForURL(new RegExp(name));
    await browser.look(page, name);
  }
  await page.keyboard.press("?");
  await page.getByRole("dialog").waitFor();
  await browser.look(page, "keys");
  await page.keyboard.press("Escape");

  await page.setViewportSize(PHONE);
  for (const to of ["desk", "scan?scanner=technical", `symbol/${symbol}`]) {
    browser.expect(/404 .*\/api\/scanner\/symbol\//); // a symbol that nobody has analysed yet
    await page.goto(`${url}/${to}`);
    await page.locator(".strip .label").first().waitFor();
    await page.waitForTimeout(1500);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= PHONE.width, `${to} is ${wide} px wide on a phone`);
    await browser.look(page, `phone-${to.split(/[?/]/)[0]}`);
  }
}
