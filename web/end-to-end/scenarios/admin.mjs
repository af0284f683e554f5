// Users, jobs, health and settings for an admin; nobody else sees the page, and the service refuses them too.
import assert from "node:assert/strict";

const PHONE = { width: 390, height: 844 };
const HOSTILE = `<img src=x onerror="window.broken = 1">`;
const GUEST = `mallory-${Date.now()}@example.org`;

export default async function (browser, { url }) {
  await refused(browser, url, "user");
  await refused(browser, url, "viewer");

  const page = await browser.user({ role: "owner" });
  await page.goto(`${url}/desk`);
  await page.getByRole("heading", { name: "Market" }).waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("admin");
  await page.getByRole("option", { name: "Admin page" }).click();
  await page.getByRole("region", { name: "All users" }).waitFor();

  const name = await invite(browser, page, url);
  await users(browser, page, name);
  await jobs(browser, page);
  await page.getByRole("link", { name: "Health" }).click();
  await page.getByRole("cell", { name: "SQLite" }).first().waitFor();
  await browser.look(page, "admin-health");
  await security(browser, page);
  await settings(browser, page);

  await page.setViewportSize(PHONE);
  for (const part of ["users", "jobs", "health", "settings"]) {
    await page.goto(`${url}/admin${part === "users" ? "" : `?part=${part}`}`);
    await page.locator(".part > header").waitFor();
    await page.waitForTimeout(500);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= PHONE.width, `${part} is ${wide} px wide on a phone`);
    await browser.look(page, `phone-admin-${part}`);
  }
  assert.equal(await page.evaluate(() => window.broken), undefined, "a name was run");
}

async function refused(browser, url, role) {
  const page = await browser.user({ role });
  await page.goto(`${url}/admin`);
  await page.getByText("This page is for admins").waitFor();
  await browser.look(page, `admin-for-a-${role}`);
  await page.locator(".account summary").click();
  assert.equal(await page.getByRole("link", { name: "Admin" }).count(), 0, "nobody else has it in the menu");
  browser.expect(/403/);
  const answers = await page.evaluate(async () => {
    const { access_token } = await (await fetch("/api/v1/auth/refresh", { method: "POST" })).json();
    const headers = { Authorization: `Bearer ${access_token}` };
    return Promise.all(["users", "settings"].map(async (what) => (await fetch(`/api/v1/${what}`, { headers })).status));
  });
  assert.deepEqual(answers, [403, 403], "the service refuses too");
  browser.expect();
}

/** The link is good for one person, whatever they call themselves. */
async function invite(browser, page, url) {
  await page.getByRole("button", { name: "Invite" }).click();
  const link = await page.getByLabel("Link of the invitation").inputValue();
  assert.match(link, new RegExp(`^${url}/register\\?invitation=.+`));
  await browser.look(page, "admin-invitation");
  const guest = await browser.stranger();
  await guest.goto(link);
  await guest.getByLabel("First name").fill(HOSTILE);
  await guest.getByLabel("Email").fill(GUEST);
  await guest.locator('input[name="password"]').fill("correct horse battery");
  await guest.getByRole("button", { name: "Register" }).click();
  await guest.getByRole("heading", { name: "Market" }).waitFor();
  await guest.context().close();
  await page.reload();
  return HOSTILE;
}

async function users(browser, page, name) {
  const row = page.getByRole("region", { name: "All users" }).locator("tbody tr", { hasText: GUEST });
  await row.waitFor();
  assert.ok((await row.innerText()).includes(name), "a name is only text");
  await row.getByRole("combobox").selectOption("viewer");
  await page.getByText(`${name} is a viewer now.`).waitFor();
  await page.getByRole("button", { name: "Undo" }).click();
  await page.waitForFunction((email) => [...document.querySelectorAll("tbody tr")].find((one) => one.innerText.includes(email))?.querySelector("select").value === "user", GUEST);
  await row.getByRole("checkbox").click();
  await page.getByText(/may not sign in\./).waitFor();
  await row.getByText("disabled").waitFor();
  await browser.look(page, "admin-users");
  await page.getByRole("button", { name: "Undo" }).click();
  await row.getByText("yes").waitFor();

  browser.expect(/409/);
  const mine = page.getByRole("region", { name: "All users" }).locator("tbody tr", { hasText: "owner@example.org" });
  await mine.getByRole("combobox").selectOption("user");
  await page.getByText("this is the last admin").waitFor();
  assert.equal(await mine.getByRole("combobox").inputValue(), "admin");
  browser.expect();
}

async function jobs(browser, page) {
  const id = await page.evaluate(async () => {
    const { access_token } = await (await fetch("/api/v1/auth/refresh", { method: "POST" })).json();
    const headers = { Authorization: `Bearer ${access_token}`, "Content-Type": "application/json" };
    const body = JSON.stringify({ start_date: "2025-05-01", end_date: "2025-06-30", scanner_type: "technical", filters: {} });
    return (await (await fetch("/api/scan/execute", { method: "POST", headers, body })).json()).scan_id;
  });
  await page.getByRole("link", { name: "Jobs" }).click();
  const row = page.getByRole("region", { name: "All jobs" }).locator("tbody tr", { has: page.locator(`[title="${id}"]`) });
  await row.waitFor();
  await row.getByText("completed").waitFor({ timeout: 60_000 });
  await row.locator("td").first().click();
  await page.getByRole("region", { name: "The chosen job" }).waitFor();
  await browser.look(page, "admin-jobs");
  await row.getByRole("button", { name: /Remove/ }).click();
  await row.waitFor({ state: "detached" });
}

async function security(browser, page) {
  await page.getByRole("link", { name: "Security" }).click();
  const rows = page.getByRole("region", { name: "Events" }).locator("tbody tr:not(.gap)");
  await rows.first().waitFor();
  await page.getByLabel("Which events").selectOption("registered");
  await page.waitForURL(/event=registered/);
  await rows.filter({ hasText: "registered" }).first().waitFor();
  await browser.look(page, "admin-security");
}

async function settings(browser, page) {
  await page.getByRole("link", { name: "Settings" }).first().click();
  const rows = page.getByRole("region", { name: "Settings of the service" }).locator("tbody tr:not(.gap)");
  await rows.nth(10).waitFor();
  await browser.look(page, "admin-settings");
  await page.getByLabel("Find a setting").fill("jwt_secret");
  await page.waitForURL(/find=jwt_secret/);
  await page.waitForFunction(() => document.querySelectorAll("tbody tr:not(.gap)").length === 1);
  assert.match(await rows.first().innerText(), /jwt_secret\s+(not )?set/);
}
