// The watchlist is filled, arranged, annotated and taken along; two tabs change one portfolio and neither loses anything.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

const PHONE = { width: 390, height: 844 };
const HOSTILE = '<img src=x onerror="window.hacked = 1">';

export default async function (browser, { url }) {
  const page = await browser.user();
  const rows = (of = page) => of.locator(".list-rows tbody tr:not(.gap)");
  const names = async (of = page) => (await rows(of).locator("td:first-child b").allInnerTexts()).map((text) => text.trim());
  const until = async (of, test) => {
    for (let tries = 0; tries < 100 && !test(await names(of)); tries += 1) await of.waitForTimeout(50);
    assert.ok(test(await names(of)), `${await names(of)}`);
  };

  await page.goto(`${url}/desk`);
  await page.locator(".strip .label").first().waitFor();
  await page.keyboard.press("g");
  await page.keyboard.press("l");
  await page.getByRole("button", { name: /most active/ }).waitFor();
  await browser.look(page, "lists-empty");
  await page.getByRole("button", { name: /most active/ }).click();
  await until(page, (found) => found.length === 8);
  const first = await names();

  // by search, with completion
  await page.getByLabel("Add a symbol").fill(first[0].slice(0, 2).toLowerCase());
  await page.getByRole("option", { name: /simulated/ }).first().waitFor();
  const offered = (await page.locator(".add-symbol li").allInnerTexts()).map((text) => text.split(/\s/)[0]);
  const fresh = offered.findIndex((symbol) => !first.includes(symbol));
  for (let step = 0; step < fresh; step += 1) await page.keyboard.press("ArrowDown");
  await browser.shot(page, "lists-completion");
  await page.keyboard.press("Enter");
  await until(page, (found) => found.includes(offered[fresh]));
  await page.getByText(`${offered[fresh]} added to Watchlist.`).waitFor();

  // many at once: what nobody knows is named, the rest is kept
  await page.getByRole("button", { name: "add many" }).click();
  await page.getByLabel("Symbols", { exact: true }).fill(`${first[0]}, nyse:${first[1].toLowerCase()}\nZZZZ9 <script>alert(1)</script>`);
  await page.getByText("Nothing is stored of ZZZZ9").waitFor();
  await page.getByText("No symbols:").waitFor();
  await browser.look(page, "lists-many");
  assert.ok(await page.getByRole("button", { name: "Add 0 symbols" }).isDisabled());
  await page.getByText("add it all the same").click();
  await page.getByRole("button", { name: "Add 1 symbol" }).click();
  await until(page, (found) => found.includes("ZZZZ9"));

  // off the list and back again, to where it was
  const before = await names();
  const choose = async (place) => {
    await rows().nth(place).click();
    await page.locator(`.list-rows tr[aria-rowindex="${place + 2}"][aria-selected=true]`).waitFor();
  };
  await choose(2);
  await page.keyboard.press("Delete");
  await until(page, (found) => !found.includes(before[2]));
  await page.getByRole("button", { name: "Undo" }).click();
  await until(page, (found) => found.join() === before.join());

  // an order of one's own, which stays
  await choose(0);
  await page.keyboard.press("Alt+ArrowDown");
  await until(page, (found) => found[1] === before[0]);
  await page.waitForLoadState("networkidle").catch(() => undefined);

  // a note, whatever it is made of
  await page.getByLabel(`Note of ${before[0]}`).click();
  await page.keyboard.type(HOSTILE);
  await page.keyboard.press("Enter");
  await page.getByText(HOSTILE).waitFor();
  await page.waitForTimeout(500);
  await page.reload();
  await until(page, (found) => found[1] === before[0]);
  await page.getByText(HOSTILE).waitFor();
  assert.equal(await page.evaluate(() => window.hacked), undefined);
  const coming = page.waitForEvent("download");
  await page.getByRole("button", { name: "export" }).click();
  const file = await coming;
  assert.equal(file.suggestedFilename(), "watchlist.txt");
  const text = await readFile(await file.path(), "utf8");
  assert.ok(text.includes(`${before[0]}  # ${HOSTILE}\n`), text);
  await browser.look(page, "lists");

  // a portfolio: what the API refuses is said at the field
  await page.getByRole("button", { name: "+ portfolio" }).click();
  browser.expect(/422/);
  await page.getByRole("button", { name: "Make it" }).click();
  await page.getByLabel("Name").and(page.locator("[aria-invalid=true]")).waitFor();
  await page.getByLabel("Name").fill(HOSTILE);
  await page.getByRole("textbox", { name: /^Symbols/ }).fill(before.slice(0, 3).join(" "));
  await browser.look(page, "portfolio-form");
  await page.getByRole("button", { name: "Make it" }).click();
  await page.getByRole("heading", { name: HOSTILE }).waitFor();
  await until(page, (found) => found.join() === before.slice(0, 3).join());
  assert.equal(await page.evaluate(() => window.hacked), undefined);

  // two tabs
  browser.expect(/412/);
  const other = await page.context().newPage();
  await other.goto(page.url());
  await until(other, (found) => found.length === 3);
  await other.getByRole("button", { name: "edit" }).click();
  await other.getByLabel("Name").fill("Theirs");
  await page.getByRole("button", { name: "edit" }).click();
  await page.waitForFunction(() => document.activeElement?.matches("input")); // the form has taken the focus
  await page.getByLabel("Name").fill("Mine");
  await page.getByLabel("Description").fill("What I hold");
  await other.getByRole("textbox", { name: /^Symbols/ }).fill([...before.slice(0, 3), before[4]].join(" "));
  await other.getByRole("button", { name: "Save" }).click();
  await other.getByRole("heading", { name: "Theirs" }).waitFor();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Somebody has changed this portfolio meanwhile").waitFor();
  await page.getByText(`added: ${before[4]}`).waitFor();
  assert.equal(await page.getByLabel("Name").inputValue(), "Mine");
  await browser.look(page, "portfolio-conflict");
  await page.getByRole("button", { name: "Take that" }).click();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("heading", { name: "Theirs" }).waitFor();
  await page.getByText("What I hold").waitFor();
  await until(page, (found) => found.includes(before[4]));
  await other.getByLabel(`Remove ${before[0]}`).click(); // of a version that is gone
  await other.getByText("Somebody had changed this portfolio meanwhile").waitFor();
  await until(other, (found) => !found.includes(before[0]));
  await other.close();
  browser.expect();
  await page.reload();
  await until(page, (found) => found.length === 3 && !found.includes(before[0]));
  await browser.look(page, "portfolio");

  await page.getByRole("button", { name: "remove", exact: true }).click();
  await page.getByText("The portfolio “Theirs” is gone.").waitFor();
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByRole("heading", { name: "Theirs" }).waitFor();
  await until(page, (found) => found.length === 3);

  await page.setViewportSize(PHONE);
  await page.waitForTimeout(300);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= PHONE.width, `lists are ${wide} px wide on a phone`);
  await browser.look(page, "phone-lists");
}
