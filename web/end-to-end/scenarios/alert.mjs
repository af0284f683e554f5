// An alert arrives on the open page: on the bell, aloud to a screen reader, and outside the page once that is wanted.
import assert from "node:assert/strict";
import { asker, until } from "../asking.mjs";

export default async function (browser, { url }) {
  const page = await browser.user();
  const ask = asker(page, url);
  await page.addInitScript(() => {
    window.asked = 0;
    window.told = [];
    window.Notification = class {
      static permission = "default";
      static requestPermission() {
        window.asked += 1;
        this.permission = "granted";
        return Promise.resolve("granted");
      }
      constructor(title, { body }) {
        window.told.push([title, body]);
      }
      close() {}
    };
  });
  await page.goto(`${url}/desk`);
  const bell = page.locator(".bell > summary");
  await bell.getByText("0 notifications not read").waitFor({ state: "attached" });
  await page.locator(".strip .line.open").waitFor();

  const test = () => ask("notifications/test", { method: "POST", data: { channel: "in_app" } });
  await test();
  await bell.getByText("1 notification not read").waitFor({ state: "attached", timeout: 40_000 });
  const aloud = page.locator("[aria-live=polite]", { hasText: "Notification: Tapehawk: a test" });
  await aloud.waitFor({ state: "attached" });
  assert.deepEqual(await page.evaluate(() => [window.asked, window.told]), [0, []], "nothing was asked on load");
  assert.match(await page.title(), /^\(1\)/);

  await bell.click();
  await page.getByLabel("outside this page").check();
  await page.getByLabel("with a sound").check();
  await browser.look(page, "bell");
  assert.equal(await page.evaluate(() => window.asked), 1);
  await test();
  await bell.getByText("2 notifications not read").waitFor({ state: "attached", timeout: 40_000 });
  const [title] = await until(() => page.evaluate(() => window.told[0]), "the browser's own notification");
  assert.equal(title, "Tapehawk: a test");

  await page.getByRole("button", { name: /^Read: / }).first().click();
  await bell.getByText("1 notification not read").waitFor({ state: "attached" });
  await page.keyboard.press("Escape");

  await ask("notifications/rules", { method: "POST", data: { name: "all of them" } });
  await page.getByRole("button", { name: "Start the live scanner" }).click();
  await page.locator(".tape li").first().waitFor({ timeout: 120_000 });
  await until(async () => !/\b[01] notification/.test(await bell.innerText()), "a rule tells of a signal", 120_000);
  await bell.click();
  await page.locator(".notices li a").first().waitFor();
  await browser.look(page, "bell-signals");
  await page.locator(".notices li a").first().click();
  await page.waitForURL(/symbol/);
}
