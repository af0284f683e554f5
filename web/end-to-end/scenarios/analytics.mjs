// Who has no signal yet is told what would be here; whose signals have ended sees how, by whatever they differ in.
import assert from "node:assert/strict";

const PHONE = { width: 390, height: 844 };

export default async function (browser, { url }) {
  const beginner = await browser.user();
  await beginner.goto(`${url}/desk`);
  await beginner.locator(".strip .label").first().waitFor();
  await beginner.keyboard.press("g");
  await beginner.keyboard.press("a");
  await beginner.getByText("No signal has been written for you yet").waitFor();
  await beginner.getByRole("button", { name: "Start the live scanner" }).waitFor();
  await browser.look(beginner, "analytics-empty");

  // a model, whether it is any good or not
  browser.expect(/404 .*\/api\/v1\/ml\/card\//); // nobody has trained one
  await beginner.getByRole("combobox", { name: /^of/ }).selectOption("volume_spike");
  await beginner.waitForURL(/model=volume_spike/);
  await beginner.getByRole("button", { name: "Train it" }).click();
  await beginner.locator(".model").waitFor({ timeout: 120_000 });
  await beginner.getByText("base rate", { exact: true }).waitFor();
  assert.match(await beginner.locator(".model").innerText(), /abstains|speaks/);
  await browser.look(beginner, "model-card");
  browser.expect();

  const page = await browser.user({ role: "owner" });
  await page.goto(`${url}/analytics`);
  await page.getByRole("region", { name: "All together" }).getByText("SIMULATED").waitFor();
  for (const title of ["By scanner", "By pattern", "By session", "By regime", "By decile of the score"]) {
    const part = page.getByRole("region", { name: title, exact: true }).first();
    await part.locator("tbody tr").first().waitFor();
    const [rows, drawn] = [await part.locator("tbody tr").count(), await part.locator("tbody svg .mark").count()];
    assert.ok(drawn > 0 && drawn <= rows, `${title}: ${drawn} marks in ${rows} rows`);
  }
  const regimes = await page.getByRole("region", { name: "By regime", exact: true }).locator("tbody th").allInnerTexts();
  assert.ok(regimes.some((name) => /bull|bear|sideways/.test(name)), `${regimes}`);
  await page.locator(".reliability .mark").first().waitFor();
  await page.locator(".curve polyline").waitFor();
  await page.locator(".curve svg").hover();
  await browser.look(page, "analytics");
  await page.locator(".reliability").scrollIntoViewIfNeeded();
  await browser.shot(page, "analytics-below");

  browser.expect(/404 .*\/api\/v1\/ml\/card\//); // nobody has trained a model
  // down to one scanner, by a click; the address says so and brings it back
  await page.getByRole("region", { name: "By scanner", exact: true }).getByRole("button", { name: "breakout" }).click();
  await page.waitForURL(/scanner=breakout/);
  await page.waitForFunction(() => document.querySelectorAll('[aria-label="By scanner"] tbody tr').length === 1);
  await page.getByText("of breakout, on daily bars").waitFor();
  const all = page.getByRole("link", { name: "All of them" });
  assert.match(await all.getAttribute("href"), /\/signals\?.*scanner=breakout/);
  await page.getByRole("combobox", { name: /^session/ }).selectOption("premarket");
  await page.waitForURL(/phase=premarket/);
  await page.reload();
  await page.getByText("No model of breakout has been trained").waitFor();
  assert.equal(await page.getByRole("combobox", { name: /^session/ }).inputValue(), "premarket");
  await page.locator("section.total .is-few").first().waitFor(); // so few that they are greyed, and it says so
  await browser.look(page, "analytics-filtered");
  await page.getByLabel("to", { exact: true }).fill("2001-01-01");
  await page.getByText("No signal of this kind has come to an end").waitFor();
  await page.getByRole("button", { name: "Count all signals" }).click();
  await page.getByRole("region", { name: "All together" }).waitFor();

  await page.setViewportSize(PHONE);
  await page.waitForTimeout(300);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= PHONE.width, `analytics are ${wide} px wide on a phone`);
  await browser.look(page, "phone-analytics");
}
