// A range scan: refused where it can't be asked, seen on its way, cancelled with what it had found; then a whole one, over
// a reload, a network that is away and a server that is killed, with its days, its outcomes, its file, and its end.
import assert from "node:assert/strict";
import { asShown } from "../asking.mjs";

const PHONE = { width: 390, height: 844 };
const ALL = { from: "2024-06-03", to: "2025-06-30" };

export default async function (browser, { url, server }) {
  const page = await browser.user();
  const form = page.getByRole("form", { name: "What to scan for" });
  const start = form.getByRole("button", { name: /Scan the range/ });
  const rows = page.getByRole("region", { name: "Rows of the range scan" }).locator("tbody tr:not(.gap)");
  const list = page.getByRole("region", { name: "Range scans" });
  const status = (text) => page.locator(".about-scan .status", { hasText: text });
  const cancel = page.getByRole("button", { name: "Cancel", exact: true });

  // Asked with the address of a scan of one day, and refused at the field.
  await page.goto(`${url}/range?scanner=volume_spike`);
  await page.getByText("No range scan yet").waitFor();
  await form.getByText(/bars are stored from 3 Jun 2024 to 30 Jun 2025/).waitFor();
  assert.equal(await form.getByLabel("From").inputValue(), "2025-05-30", "a month by default");
  await browser.look(page, "range-empty");
  browser.expect(/422|404/);
  await form.getByLabel("From").fill("2025-06-30");
  await form.getByLabel("to", { exact: true }).fill("2025-06-02");
  await start.click();
  await form.getByText(/2025-06-02 is before 2025-06-30, where the range starts/).waitFor();
  assert.equal(await form.getByLabel("to", { exact: true }).getAttribute("aria-invalid"), "true");
  await browser.look(page, "range-refused");
  await form.getByLabel("From").fill("1999-01-04");
  await form.getByLabel("to", { exact: true }).fill("1999-02-04");
  await start.click();
  await form.getByText(/nothing is stored for 1999-01-04 to 1999-02-04/).waitFor();
  await form.getByRole("button", { name: "all", exact: true }).click();
  await form.getByLabel("Only").fill("nope");
  await start.click();
  await form.getByText(/unknown symbol 'NOPE'/).waitFor();
  assert.ok(!(await form.innerText()).includes("store)"), "the folder of the store is nobody's business");
  assert.equal(await list.locator("tbody tr").count(), 0, "nothing was queued");
  browser.expect();

  // What is written survives a reload; then it is on its way.
  await form.getByLabel("Only").fill("");
  await page.waitForURL((to) => to.searchParams.get("from") === ALL.from && !to.searchParams.has("symbols"));
  await page.reload();
  await form.getByText(/bars are stored from/).waitFor();
  assert.equal(await form.getByLabel("From").inputValue(), ALL.from);
  await start.click();
  await page.waitForURL(/\/range\/scan_/);
  await page.getByText(/symbols\/s · (about \d+ s left|nearly done)/).waitFor();
  await rows.first().waitFor();
  await page.getByText(/PARTIAL: \d+ of \d+ symbols/).waitFor();
  await page.locator(".about-scan").getByText("SIMULATED").waitFor();
  await browser.look(page, "range-running");
  await page.getByLabel("Filter by symbol or pattern").fill("a");
  await cancel.click();
  await status("cancelled").waitFor();
  await page.getByText(/PARTIAL: \d+ of \d+ symbols/).waitFor();
  const [said, done, all] = /PARTIAL: (\d+) of (\d+) symbols/.exec(await page.locator(".about-scan").innerText());
  assert.ok(Number(done) > 0 && Number(done) < Number(all), said);
  assert.ok((await rows.count()) > 0, "what was found is there");
  await page.reload();
  await status("cancelled").waitFor();
  await rows.first().waitFor();
  await browser.look(page, "range-cancelled");

  // A whole one, asked for from there; the page is reloaded, the network away, the server killed meanwhile.
  await page.getByRole("button", { name: "Change and scan again" }).click();
  await form.getByText(/bars are stored from/).waitFor();
  assert.equal(await form.getByLabel("From").inputValue(), ALL.from);
  await form.getByLabel("volume ≥", { exact: true }).fill("1000");
  await start.click();
  await page.waitForURL(/\/range\/scan_/);
  await rows.first().waitFor();
  await page.reload();
  await status("running").waitFor();
  browser.expect(/ERR_INTERNET_DISCONNECTED|ERR_CONNECTION|Failed to fetch|WebSocket|401|502|503/);
  await page.context().setOffline(true);
  await page.getByText(/last heard \d+ s ago/).waitFor();
  assert.ok((await rows.count()) > 0, "the rows stay");
  await browser.shot(page, "range-offline");
  await page.context().setOffline(false);
  await server("kill");
  await page.getByText(/last heard \d+ s ago/).waitFor();
  await server("start");
  await status("completed").waitFor({ timeout: 120_000 });
  browser.expect();
  await page.locator(".outcomes tbody tr").first().waitFor();
  await page.waitForFunction(() => !document.querySelector(".about-scan .label")?.textContent.startsWith("PARTIAL"));
  await browser.look(page, "range-whole");

  // The days: chosen by key, in the address, and behind them a table.
  const day = page.locator('.heat rect[class="level-4"][role="button"]').first();
  await day.click();
  const [chosen] = /\d{4}-\d\d-\d\d/.exec(new URL(page.url()).searchParams.get("day"));
  const shown = await rows.locator("td:first-child").allInnerTexts();
  assert.ok(shown.length > 0 && shown.every((text) => text === asShown(chosen)), `rows of ${chosen}: ${shown}`);
  await browser.look(page, "range-day");
  await page.keyboard.press("Enter");
  await page.waitForURL((to) => !to.searchParams.has("day"));
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Enter");
  await page.waitForURL((to) => to.searchParams.has("day") && to.searchParams.get("day") !== chosen);
  await page.keyboard.press("Enter");
  await page.getByText("As a table").click();
  await page.locator(".heat .as-table tbody tr").first().waitFor();
  await page.getByText("As a table").click();
  await page.getByRole("button", { name: "symbol" }).click();
  await page.waitForURL(/sort=symbol/);

  for (const format of ["csv", "xlsx", "json", "parquet"]) {
    const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: format, exact: true }).click()]);
    assert.equal(file.suggestedFilename(), `volume_spike_${ALL.from}_${ALL.to}.${format}`);
  }

  await rows.first().click();
  const [byKey] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("x")]);
  assert.match(byKey.suggestedFilename(), /csv$/);

  await page.setViewportSize(PHONE);
  await page.waitForTimeout(300);
  for (const name of ["phone-range-scan", "phone-range"]) {
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= PHONE.width, `${name} is ${wide} px wide on a phone`);
    await browser.look(page, name);
    if (name === "phone-range-scan") await page.getByRole("link", { name: /Range scans/ }).click();
  }
  await page.setViewportSize({ width: 1440, height: 900 });

  // Deleted, and not; then for good.
  await list.locator("tbody tr").nth(1).waitFor();
  await browser.look(page, "range-list");
  await list.getByRole("button", { name: /^Delete/ }).first().click();
  assert.equal(await list.locator("tbody tr").count(), 1);
  await page.getByRole("button", { name: "Undo" }).click();
  assert.equal(await list.locator("tbody tr").count(), 2);
  await list.getByRole("button", { name: /^Delete/ }).first().click();
  await page.reload(); // what was deleted is so, also for who leaves at once
  await list.locator("tbody tr").first().waitFor();
  assert.equal(await list.locator("tbody tr").count(), 1);
  await list.locator("tbody a").first().click();
  await status("cancelled").waitFor();
}
