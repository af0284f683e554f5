// The server is killed and started again while the desk is open: what was on screen stays with its age, the page comes
// back by itself, and no signal is missed. A page that was not loaded yet says so, and comes whole once the server is back.
import assert from "node:assert/strict";
import { asker, until } from "../asking.mjs";

const A_BAR_MS = 15_000;
const PHONE = { width: 390, height: 844 };
const WIDE = { width: 1440, height: 900 };

export default async function (browser, { url, server }) {
  const page = await browser.user();
  const ask = asker(page, url);
  await page.goto(`${url}/desk`);
  await page.getByRole("button", { name: /most active/ }).click();
  await page.getByRole("button", { name: "Start the live scanner" }).click();
  const rows = page.locator(".tape li");
  await rows.first().waitFor({ timeout: 120_000 });
  await page.locator(".strip .line.open").waitFor();
  await page.locator(".strip").getByText(/bars to \d\d:\d\d/).waitFor();
  assert.equal(await page.getByText(/\d+ (s|m) old/).count(), 0, "what is new has no age");
  await browser.look(page, "desk-live");

  const unloaded = await page.context().newPage();
  await unloaded.goto(`${url}/desk`);
  await unloaded.locator(".strip .line.open").waitFor();
  browser.expect(/ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|WebSocket|401/);
  const before = await shown(page);
  await server("kill");
  await page.locator(".strip").getByText("reconnecting").first().waitFor();
  await page.locator(".tape > header").getByText(/old$/).waitFor();
  await page.locator(".market > header").getByText(/old$/).waitFor();
  await page.locator(".watch > header").getByText(/old$/).waitFor();
  await page.waitForTimeout(A_BAR_MS);
  const meanwhile = await shown(page);
  assert.ok(before.every((id) => meanwhile.includes(id)), "what was on screen stays");
  await page.locator(".strip .line").click();
  await browser.look(page, "desk-reconnecting");
  await page.keyboard.press("Escape");
  await page.setViewportSize(PHONE);
  const line = await page.locator(".strip .line").boundingBox();
  assert.ok(line.x >= 0 && line.x + line.width <= PHONE.width, `the line's state is in sight on a phone: ${JSON.stringify(line)}`);
  await browser.shot(page, "phone-reconnecting");
  await page.setViewportSize(WIDE);
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keys" }).waitFor();
  await page.keyboard.press("Escape");
  await unloaded.getByRole("link", { name: "Lists", exact: true }).click();
  await unloaded.getByRole("alert").getByText("The service can't be reached").waitFor();
  await unloaded.getByRole("button", { name: "Try again" }).click();
  await unloaded.getByRole("link", { name: "Desk", exact: true }).click();
  await unloaded.locator(".tape").waitFor();
  await unloaded.getByRole("link", { name: "Lists", exact: true }).click();

  await server("start");
  await unloaded.getByRole("region", { name: "Watchlist", exact: true }).waitFor();
  await until(() => unloaded.locator(".lists").first().evaluate((one) => getComputedStyle(one).display === "grid"), "the page wears its styles");
  await browser.shot(unloaded, "lists-back");
  await page.locator(".strip .line.open").waitFor({ timeout: 60_000 });
  await until(async () => (await page.getByText(/\d+ (s|m) old/).count()) === 0, "nothing is old any more");
  const isNew = (ids) => ids.some((id) => !meanwhile.includes(id));
  await until(async () => isNew(await shown(page)), "the live scanner goes on", 120_000);
  const same = async () => {
    const { items } = await ask("signals?limit=1000");
    const there = await shown(page);
    return items.length === there.length && items.every(({ id }) => there.includes(id));
  };
  await until(same, "every signal that was told is on the tape");
  await until(async () => (await watermark(page)) > "10:05", "the strip follows the bars");

  const list = page.locator(".tape ol");
  await list.evaluate((element) => element.scrollTo({ top: 200 }));
  const first = (await shown(page))[0];
  const pill = page.getByRole("button", { name: /^\d+ new$/ });
  await pill.waitFor({ timeout: 120_000 });
  assert.equal((await shown(page))[0], first, "a list that is read stands still");
  await browser.shot(page, "desk-pill");
  await pill.click();
  await until(async () => (await shown(page))[0] !== first && (await pill.count()) === 0, "the new ones are on top");
}

const shown = (page) => page.locator(".tape li").evaluateAll((rows) => rows.map((row) => row.dataset.signal));
const watermark = async (page) => /bars to (\d\d:\d\d)/.exec(await page.locator(".strip").innerText())?.[1] ?? "";
