// Signals: found by what is asked, thousands of them, arriving without moving what is pointed at, changed by hand, kept.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

const COUNT = 3000;
const PHONE = { width: 390, height: 844 };
const HOSTILE = "<img src=x onerror=alert(1)>";

export default async function (browser, { url, server }) {
  const page = await browser.user({ name: "teller" });
  let tell = () => undefined;
  await page.routeWebSocket(/\/ws\/signals/, (socket) => {
    socket.connectToServer();
    tell = (signal) => socket.send(JSON.stringify({ type: "signal", sequence: 0, signal }));
  });
  page.on("dialog", () => browser.errors.push("a dialog: something was run"));
  await page.goto(`${url}/signals`);
  await page.getByText("No signals yet").waitFor();
  await browser.look(page, "signals-none");

  await server(`signals teller@example.org ${COUNT}`);
  const answered = page.waitForResponse(/\/api\/v1\/signals\?/);
  await page.reload();
  const first = (await (await answered).json()).items[0];
  const list = page.getByRole("region", { name: "Signals" });
  const rows = list.locator("tbody tr:not(.gap, .coming)");
  await rows.first().waitFor();
  await page.getByText("200 and more").waitFor();
  await browser.look(page, "signals");

  await page.getByRole("group", { name: "Status" }).getByRole("button", { name: "closed" }).click();
  await page.getByLabel("scanner").selectOption("gap");
  await page.getByLabel("session").selectOption("premarket");
  await page.getByLabel("confidence ≥").fill("80");
  await page.keyboard.press("Enter");
  await page.waitForURL(/status=closed.*scanner=gap.*phase=premarket.*min_confidence=80/);
  await rows.first().waitFor();
  assert.match(await rows.first().innerText(), /gap · [\w ]+\s+premarket/);
  await page.reload();
  await rows.first().waitFor();
  assert.equal(await page.getByLabel("confidence ≥").inputValue(), "80", "the address holds the filter");
  await page.getByRole("button", { name: "clear" }).click();
  await page.getByText("200 and more").waitFor();

  for (let pull = 0; pull < 40 && !(await page.getByText(/^3,000$/).isVisible()); pull++) {
    await list.evaluate((one) => one.scrollTo({ top: one.scrollHeight }));
    await page.waitForTimeout(150);
  }
  await page.getByText(/^3,000$/).waitFor();
  assert.ok((await list.locator("tbody tr").count()) < 80, "only rows in sight are drawn");
  await list.evaluate((one) => one.scrollTo({ top: 0 }));
  await rows.first().waitFor();

  const pointed = rows.nth(3);
  const before = await pointed.innerText();
  const at = await pointed.boundingBox();
  await page.mouse.move(at.x + 40, at.y + 10);
  tell({ ...first, id: "00000000-0000-4000-8000-000000000001", bar_time: "2025-07-01T13:30:00Z", symbol: HOSTILE });
  await page.getByRole("button", { name: "1 new" }).waitFor();
  const below = await page.evaluate(([x, y]) => document.elementFromPoint(x, y)?.closest("tr")?.innerText, [at.x + 40, at.y + 10]);
  assert.equal(below, before, "the row below the pointer stays");
  await page.getByRole("button", { name: "1 new" }).click();
  await page.getByText(HOSTILE).first().waitFor();
  assert.equal(await page.locator("main img").count(), 0);

  await page.getByRole("group", { name: "Status" }).getByRole("button", { name: "closed" }).click();
  await page.waitForURL(/status=closed/);
  await rows.first().click();
  await page.getByRole("heading", { name: "What became of it" }).waitFor();
  await page.locator(".panel .conditions, .panel section:last-child p").first().waitFor();
  await page.keyboard.press("j");
  await page.waitForTimeout(500);
  await browser.look(page, "signal-closed");
  await page.keyboard.press("w");
  await page.getByText(/is on your watchlist/).waitFor();
  await page.getByRole("button", { name: "Undo" }).click();
  await page.reload(); // nothing has the focus
  await page.getByRole("heading", { name: "What became of it" }).waitFor();
  await page.keyboard.press("Escape");
  await page.locator(".panel").waitFor({ state: "detached" });

  await page.getByRole("group", { name: "Status" }).getByRole("button", { name: "active" }).click();
  await page.waitForURL(/status=active/);
  await rows.first().click();
  const ways = page.getByRole("group", { name: "Change its status" });
  await ways.getByRole("button", { name: "cancelled" }).click();
  await page.getByRole("button", { name: "Undo" }).click();
  await ways.getByRole("button", { name: "cancelled" }).click();
  await page.getByText(/becomes cancelled/).waitFor();
  await browser.shot(page, "signal-pending");
  await page.getByText(/becomes cancelled/).waitFor({ state: "detached", timeout: 30_000 });
  assert.match(await rows.first().innerText(), /cancelled/);

  await page.goto(`${url}/signals?scanner=gap`);
  await rows.first().waitFor();
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "csv" }).click();
  const lines = readFileSync(await (await saved).path(), "utf8").trimEnd().split("\r\n");
  assert.ok(lines.length > 400, `${lines.length} lines`);
  assert.ok(lines.slice(1).every((line) => line.includes(",gap,")), "the filter holds in the file");

  await page.goto(`${url}/desk`);
  await page.locator(".tape li").first().waitFor();
  await browser.look(page, "desk-signals");

  await page.setViewportSize(PHONE);
  await page.goto(`${url}/signals`);
  await rows.first().waitFor();
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= PHONE.width, `${wide} px wide on a phone`);
  await browser.look(page, "phone-signals");
  await rows.first().click();
  await page.getByRole("heading", { name: "Levels" }).waitFor();
  await browser.shot(page, "phone-signal");
}
