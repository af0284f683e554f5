// Two users side by side: each has their own watchlist, signals and notifications, and neither disturbs the other.
import assert from "node:assert/strict";
import { asker, until } from "../asking.mjs";

export default async function (browser, { url }) {
  const ada = await browser.user({ name: `ada${Date.now()}` });
  const bob = await browser.user({ name: `bob${Date.now()}` });
  const asAda = asker(ada, url);
  const asBob = asker(bob, url);
  await Promise.all([ada, bob].map((page) => page.goto(`${url}/desk`)));

  await ada.getByRole("button", { name: /most active/ }).click();
  await watched(ada).first().waitFor();
  await asAda("notifications/rules", { method: "POST", data: { name: "all of them" } });
  await asAda("notifications/test", { method: "POST", data: { channel: "in_app" } });
  await ada.getByRole("button", { name: "Start the live scanner" }).click();
  await rows(ada).first().waitFor({ timeout: 120_000 });
  await ada.locator(".bell .count").waitFor({ timeout: 40_000 });

  const mine = await names(watched(ada));
  const other = (await bob.locator(".movers a").allInnerTexts()).find((symbol) => !mine.includes(symbol));
  await bob.getByLabel("Add symbols to the watchlist").fill(other);
  await bob.keyboard.press("Enter");
  await watched(bob).first().waitFor();
  assert.deepEqual(await names(watched(bob)), [other]);
  assert.equal(await rows(bob).count(), 0, "signals of another");
  assert.equal(await bob.locator(".bell .count").count(), 0, "notifications of another");
  await bob.getByRole("button", { name: "Start the live scanner" }).waitFor();
  await browser.shot(ada, "two-ada");
  await browser.shot(bob, "two-bob");

  await bob.getByRole("button", { name: "Start the live scanner" }).click();
  await rows(bob).first().waitFor({ timeout: 120_000 });
  const [hers, his] = await Promise.all([asAda("signals?limit=1000"), asBob("signals?limit=1000")]);
  const ids = new Set(hers.items.map(({ id }) => id));
  assert.ok(!his.items.some(({ id }) => ids.has(id)), "a signal of both");
  await until(async () => (await shown(bob)).every((id) => !ids.has(id)), "his tape holds only his own");

  await bob.locator(".live-switch button").click();
  await bob.locator(".account summary").click();
  await bob.getByRole("button", { name: "Sign out" }).click();
  await bob.waitForURL(/sign-in/);
  const before = await shown(ada);
  await until(async () => (await shown(ada)).some((id) => !before.includes(id)), "hers goes on", 120_000);
  assert.deepEqual(await names(watched(ada)), mine);
  await ada.locator(".strip .line.open").waitFor();
}

const watched = (page) => page.getByRole("region", { name: "Watched symbols" }).locator("tbody tr:not(.gap)");
const names = async (lines) => (await lines.locator("td:first-child b").allInnerTexts()).toSorted();
const rows = (page) => page.locator(".tape li");
const shown = (page) => rows(page).evaluateAll((some) => some.map((row) => row.dataset.signal));
