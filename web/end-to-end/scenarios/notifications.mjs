// What is told arrives and is read; a rule is written, refused at its field, changed, deleted and taken back; a channel
// is set up, tried, and never shows its secret again.
import assert from "node:assert/strict";

const PHONE = { width: 390, height: 844 };
const HOSTILE = `<img src=x onerror="window.broken = 1">`;

export default async function (browser, { url }) {
  const page = await browser.user();
  await page.goto(`${url}/desk`);
  await page.getByRole("heading", { name: "Market" }).waitFor();
  await page.keyboard.press("g");
  await page.keyboard.press("n");
  await page.getByText("Nothing was told yet").waitFor();
  await browser.look(page, "notifications-empty");

  await rule(browser, page);
  await channel(browser, page);
  await when(browser, page);
  await inbox(browser, page, url);

  await page.setViewportSize(PHONE);
  for (const part of ["inbox", "rules", "channels", "when"]) {
    await page.goto(`${url}/notifications${part === "inbox" ? "" : `?part=${part}`}`);
    await page.locator(".part > header").waitFor();
    await page.waitForTimeout(500);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= PHONE.width, `${part} is ${wide} px wide on a phone`);
    await browser.look(page, `phone-notifications-${part}`);
  }
  assert.equal(await page.evaluate(() => window.broken), undefined, "a name was run");

  await viewer(browser, url);
}

async function rule(browser, page) {
  await page.getByRole("link", { name: "Write a rule" }).click();
  await page.getByLabel("Confidence from").fill("high");
  browser.expect(/422/);
  await page.getByRole("button", { name: "Add the rule" }).click();
  await page.getByText("String should have at least 1 character").waitFor();
  assert.equal(await page.getByLabel("Name").getAttribute("aria-invalid"), "true");
  await page.getByText(/valid number/).waitFor();
  assert.equal(await page.getByLabel("Confidence from").inputValue(), "high", "what was written stays");
  await browser.look(page, "notifications-rule-refused");
  browser.expect();

  await page.getByLabel("Name").fill(HOSTILE);
  await page.getByLabel("Confidence from").fill("70");
  await page.getByLabel("breakout", { exact: true }).check();
  await page.getByLabel("Only those on my watchlist").check();
  await page.getByRole("button", { name: "Add the rule" }).click();
  const rows = page.locator(".rules li");
  await rows.first().waitFor();
  assert.equal(await rows.first().locator(".title").innerText(), HOSTILE);
  await page.getByText("breakout · on your watchlist · confidence ≥ 70").waitFor();

  await rows.first().locator(".title").click();
  await page.waitForURL(/rule=[0-9a-f-]{36}/);
  await page.reload(); // an open rule is an address
  await page.getByLabel("Then silent about that symbol for").fill("60");
  await browser.look(page, "notifications-rule");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("then silent for 60 min a symbol").waitFor();

  await page.getByRole("button", { name: /Delete the rule/ }).click();
  await page.getByText("No rules yet").waitFor();
  await page.getByRole("button", { name: "Undo" }).click();
  await rows.first().waitFor();
  await page.reload();
  await rows.first().waitFor();
  await browser.look(page, "notifications-rules");
}

async function channel(browser, page) {
  await page.getByRole("link", { name: "Channels" }).click();
  await page.getByRole("link", { name: "Webhook" }).click();
  await page.getByLabel("Url").fill("nowhere");
  await page.getByLabel("Secret").fill("0123456789abcdef-secret");
  browser.expect(/422|403/);
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("a webhook reads like https://example.org/path").waitFor();
  assert.equal(await page.getByLabel("Url").getAttribute("aria-invalid"), "true");
  await browser.look(page, "notifications-channel-refused");
  await page.getByLabel("Url").fill("http://127.0.0.1:1/hook");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText(/this address is in a private network/).waitFor();
  browser.expect();
  await page.getByLabel("Url").fill("https://nowhere.invalid/hooks/t0psecret");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("https://nowhere.invalid/***").waitFor();
  const shown = await page.content();
  assert.ok(!shown.includes("t0psecret") && !shown.includes("0123456789abcdef"), "a secret is shown");

  await page.getByRole("link", { name: "E-mail" }).click();
  await page.getByLabel("To", { exact: true }).fill("ada@example.org");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("a***@example.org").waitFor();
  await page.getByRole("button", { name: "Send a test to E-mail" }).click();
  await page.getByText(/Not delivered: this service has no mail server/).waitFor();
  await page.getByRole("button", { name: "Send a test to Inbox" }).click();
  await page.getByText(/^Delivered: in the list of notifications/).waitFor();
  await page.getByText("last: failed").waitFor();
  await browser.look(page, "notifications-channels");

  await page.getByRole("button", { name: "Remove Webhook" }).click();
  await page.getByText("https://nowhere.invalid/***").waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByText("https://nowhere.invalid/***").waitFor();
  await page.getByRole("button", { name: "Remove Webhook" }).click();
  await page.getByRole("link", { name: "When" }).click(); // who leaves has meant it
  await page.getByRole("link", { name: "Channels" }).click();
  await page.getByText("a***@example.org").waitFor();
  await page.getByRole("link", { name: "Webhook" }).waitFor();
}

async function when(browser, page) {
  await page.getByRole("link", { name: "When" }).click();
  await page.getByLabel("Time zone").fill("Europe/Zürich");
  browser.expect(/422/);
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("there is no such time zone; one reads like Europe/Zurich").waitFor();
  browser.expect();
  await page.getByLabel("Time zone").fill("Europe/Zurich");
  await page.getByLabel("Quiet hours").check();
  await page.getByLabel("once a day").check();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved.").waitFor();
  await page.reload();
  assert.equal(await page.getByLabel("From").inputValue(), "22:00");
  assert.equal(await page.getByLabel("At", { exact: true }).inputValue(), "16:30");
  await browser.look(page, "notifications-when");
}

async function inbox(browser, page, url) {
  await page.getByRole("link", { name: /Inbox/ }).click();
  const rows = page.locator(".told li");
  await rows.first().waitFor();
  assert.equal(await rows.count(), 1);
  await page.getByRole("button", { name: "Send a test" }).waitFor({ state: "detached" });

  await tell(page, url); // by another hand, while the list is open
  await rows.nth(1).waitFor({ timeout: 30_000 });
  await page.getByRole("button", { name: /^Mark read:/ }).first().click();
  await page.locator(".told li.read").waitFor();
  await page.getByText("1 unread").waitFor();
  await browser.look(page, "notifications-inbox");
  await page.getByRole("button", { name: "Mark all read" }).click();
  await page.getByText("1 marked as read.").waitFor();
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByText("1 unread").waitFor();
  await page.getByRole("link", { name: "unread", exact: true }).click();
  await page.waitForURL(/unread=true/);
  await page.reload();
  await rows.first().waitFor();
  assert.equal(await rows.count(), 1, "only what is not read");
}

/** Send a test to the inbox of the page's user. */
async function tell(page, url) {
  const answer = await page.evaluate(async () => {
    const { access_token } = await (await fetch("/api/v1/auth/refresh", { method: "POST" })).json();
    const headers = { Authorization: `Bearer ${access_token}`, "Content-Type": "application/json" };
    return (await fetch("/api/v1/notifications/test", { method: "POST", headers, body: '{"channel": "in_app"}' })).status;
  });
  assert.equal(answer, 200, url);
}

/** A viewer sees it all, and is offered nothing that would be refused. */
async function viewer(browser, url) {
  const page = await browser.user({ role: "viewer" });
  await page.goto(`${url}/notifications?part=rules&rule=new`);
  await page.getByText("No rules yet").waitFor();
  assert.equal(await page.getByRole("button", { name: /Add the rule/ }).count(), 0);
  assert.equal(await page.getByRole("link", { name: "New rule" }).count(), 0);
  await page.getByRole("link", { name: "Channels" }).click();
  await page.getByText("everything you are told, in this app").waitFor();
  assert.equal(await page.getByRole("button", { name: /Send a test/ }).count(), 0);
}
