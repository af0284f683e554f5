// Who one is, one's password and sign-ins, the account signals are sized for, the live scanner, and how the app looks.
import assert from "node:assert/strict";

const PHONE = { width: 390, height: 844 };
const PASSWORD = "correct horse battery";
const PARTS = ["profile", "security", "account", "scanner", "providers", "look", "alerts"];

export default async function (browser, { url }) {
  const page = await browser.user();
  await page.goto(`${url}/desk`);
  await page.getByRole("heading", { name: "Market" }).waitFor();
  await page.locator(".account summary").click();
  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByLabel("First name").waitFor();
  assert.equal(await page.locator(".account[open]").count(), 0, "the menu closes");

  await profile(browser, page);
  await security(browser, page, url);
  await account(browser, page);
  await scanner(browser, page);
  await page.getByRole("link", { name: "Providers" }).click();
  await page.locator(".providers section").first().waitFor();
  await browser.look(page, "settings-providers");
  await look(browser, page, url);
  await alerts(browser, page);

  await page.setViewportSize(PHONE);
  for (const part of PARTS) {
    await page.goto(`${url}/settings${part === "profile" ? "" : `?part=${part}`}`);
    await page.locator(".part > header").waitFor();
    await page.waitForTimeout(500);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= PHONE.width, `${part} is ${wide} px wide on a phone`);
    await browser.look(page, `phone-settings-${part}`);
  }
}

async function profile(browser, page) {
  await page.getByLabel("First name").fill("Augusta");
  await page.getByLabel("Time zone").fill("Mars");
  browser.expect(/422|403/);
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText(/there is no such time zone/).waitFor();
  await page.getByLabel("Time zone").fill("Europe/Zurich");
  const email = await page.getByLabel("Email").inputValue();
  await page.getByLabel("Email").fill("no email");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText(/not a valid email address/).waitFor();
  await page.getByLabel("Email").fill(`new-${email}`);
  await page.getByLabel("Password").fill("wrong");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("the current password is wrong").waitFor();
  assert.equal(await page.getByLabel("Password").getAttribute("aria-invalid"), "true");
  await browser.look(page, "settings-profile-refused");
  browser.expect();
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved.").waitFor();
  await page.reload();
  await page.getByLabel("First name").waitFor();
  assert.equal(await page.getByLabel("First name").inputValue(), "Augusta");
  assert.equal(await page.getByLabel("Email").inputValue(), `new-${email}`);
  assert.equal(await page.getByLabel("Time zone").inputValue(), "Europe/Zurich");
}

async function security(browser, page, url) {
  const email = await page.getByLabel("Email").inputValue();
  for (let times = 0; times < 3; times++) {
    const answer = await fetch(`${url}/api/v1/auth/login`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "User-Agent": `other-${times}` },
      body: JSON.stringify({ email, password: PASSWORD }),
    });
    assert.equal(answer.status, 200);
  }
  await page.getByRole("link", { name: "Password, sign-ins" }).click();
  const rows = page.getByRole("region", { name: "Sign-ins" }).locator("tbody tr");
  await rows.nth(3).waitFor();
  const before = await rows.count();
  await page.getByRole("button", { name: /End the sign-in of other-0/ }).click();
  await page.getByText("other-0").waitFor({ state: "detached" });
  assert.equal(await rows.count(), before - 1);

  browser.expect(/422|403/);
  await page.getByLabel("Password of now").fill("wrong");
  await page.getByLabel("New password").fill("short");
  await page.getByRole("button", { name: "Change the password" }).click();
  await page.getByText("String should have at least 8 characters").waitFor();
  await page.getByLabel("New password").fill("staple of another kind");
  await page.getByRole("button", { name: "Change the password" }).click();
  await page.getByText("the current password is wrong").waitFor();
  await page.getByLabel("Password of now").fill(PASSWORD);
  await page.getByLabel("New password").fill(PASSWORD);
  await page.getByRole("button", { name: "Change the password" }).click();
  await page.getByText("the new password is the one of now").waitFor();
  await browser.look(page, "settings-security-refused");
  browser.expect();

  await page.getByRole("button", { name: "End all others" }).click();
  await page.getByText("other-1").waitFor({ state: "detached" });
  assert.equal(await rows.count(), 1);
  await page.getByLabel("Password of now").fill(PASSWORD);
  await page.getByLabel("New password").fill("staple of another kind");
  await page.getByRole("button", { name: "Change the password" }).click();
  await page.getByText("Changed. Every other sign-in has ended.").waitFor();
  assert.equal(await page.getByLabel("New password").inputValue(), "");
  await browser.look(page, "settings-security");
}

async function account(browser, page) {
  await page.getByRole("link", { name: "Account and risk" }).click();
  await page.getByLabel("Account size").fill("25,000");
  await page.getByLabel(/Risk per trade/).fill("250");
  browser.expect(/422/);
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText(/per_trade = 2\.5 .* at most 1/).waitFor();
  assert.equal(await page.getByLabel(/Risk per trade/).getAttribute("aria-invalid"), "true");
  await browser.look(page, "settings-account-refused");
  browser.expect();
  await page.getByLabel(/Risk per trade/).fill("0.5");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText(/^Saved\./).waitFor();
  await page.reload();
  await page.getByLabel("Account size").waitFor();
  assert.equal(await page.getByLabel("Account size").inputValue(), "25000");
  assert.equal(await page.getByLabel(/Risk per trade/).inputValue(), "0.5");
}

async function scanner(browser, page) {
  await page.getByRole("link", { name: "Live scanner" }).click();
  await page.getByText("stopped").waitFor();
  await browser.look(page, "settings-scanner-stopped");
  await page.getByRole("textbox", { name: "Symbols" }).fill("NOSUCH1");
  browser.expect(/422|409/);
  await page.getByRole("button", { name: "Start", exact: true }).click();
  await page.getByText(/unknown symbol 'NOSUCH1'/).waitFor();
  await page.getByRole("textbox", { name: "Symbols" }).fill("");
  await page.getByRole("button", { name: "Start", exact: true }).click();
  await page.getByRole("button", { name: "Stop" }).waitFor();

  await page.getByLabel("Scanner", { exact: true }).selectOption("volume_spike");
  await page.waitForURL(/scanner=volume_spike/);
  await page.getByLabel("min price").fill("-1");
  await page.locator(".parameters-table").locator("xpath=ancestor::form").getByRole("button", { name: "Save" }).click();
  await page.getByText(/min_price = -1/).waitFor();
  assert.equal(await page.getByLabel("min price").getAttribute("aria-invalid"), "true");
  await browser.look(page, "settings-scanner-refused");
  browser.expect();
  await page.getByLabel("min price").fill("7");
  await page.locator(".parameters-table").locator("xpath=ancestor::form").getByRole("button", { name: "Save" }).click();
  await page.getByRole("option", { name: "volume spike · changed" }).waitFor({ state: "attached" });
  await page.reload();
  await page.getByLabel("min price").waitFor();
  assert.equal(await page.getByLabel("min price").inputValue(), "7");
  await browser.look(page, "settings-scanner");
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByText("stopped").first().waitFor();
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByRole("button", { name: "Stop" }).waitFor();
  await page.getByRole("button", { name: "Stop" }).click();
}

async function look(browser, page, url) {
  await page.getByRole("link", { name: "Look" }).click();
  const up = () => page.evaluate(() => getComputedStyle(document.querySelector(".sample .up")).color);
  await page.getByLabel("dark", { exact: true }).check();
  const teal = await up();
  await page.getByLabel("green and red").check();
  assert.notEqual(await up(), teal, "colours change at once");
  await browser.look(page, "settings-look-red-green");
  await page.getByLabel("light", { exact: true }).check();
  await page.getByLabel("none", { exact: true }).check();
  await page.reload();
  await page.getByText("green and red").waitFor();
  const worn = await page.evaluate(() => ({ ...document.documentElement.dataset }));
  assert.deepEqual([worn.colours, worn.motion, worn.mantineColorScheme], ["red-green", "reduced", "light"]);
  await page.goto(`${url}/desk`);
  await page.locator(".up, .down").first().waitFor();
  await browser.look(page, "desk-red-green");
  await page.goto(`${url}/settings?part=look`);
  await page.getByLabel("teal and orange").check();
}

async function alerts(browser, page) {
  await page.getByRole("link", { name: "Sounds and alerts" }).click();
  await page.getByRole("checkbox", { name: "A sound", exact: true }).check();
  await page.reload();
  await page.getByRole("checkbox", { name: "A sound", exact: true }).waitFor();
  assert.ok(await page.getByRole("checkbox", { name: "A sound", exact: true }).isChecked());
  await browser.look(page, "settings-alerts");
}
