// A symbol: its chart by keys and by its address, indicators, levels of a signal, what it says of itself, live and not.
import assert from "node:assert/strict";
import { asker } from "../asking.mjs";

const PHONE = { width: 390, height: 844 };
const HOSTILE = "<img src=x onerror=alert(1)>";

export default async function (browser, { url, server }) {
  const page = await browser.user({ name: "chartist" });
  const ask = asker(page, url);
  let tell = () => undefined;
  await page.routeWebSocket(/\/ws\/market-data/, (socket) => {
    socket.connectToServer();
    tell = (quote) => socket.send(JSON.stringify({ type: "quotes", sequence: 0, quotes: [quote] }));
  });
  page.on("dialog", () => browser.errors.push("a dialog: something was run"));
  await server("signals chartist@example.org 3000");
  browser.expect(/404 .*\/api\/scanner\/symbol\//); // nobody has analysed it yet: that is the answer to a question
  await page.goto(`${url}/signals`);
  const named = page.getByRole("region", { name: "Signals" }).locator("tbody b");
  await named.first().waitFor();
  const symbol = await longTraded(ask, await named.allInnerTexts());
  await page.goto(`${url}/symbol/${symbol}`);
  await page.locator(".chart canvas").first().waitFor();
  await page.getByText(/reached the target: \d+ of \d+/).waitFor();
  await page.getByText(/95 % interval/).waitFor();
  await page.waitForTimeout(500);
  await browser.shot(page, "symbol-daily");

  const analyse = page.getByRole("button", { name: "Analyse now" });
  const analysed = page.getByRole("heading", { name: "Confluence" });
  await analyse.or(analysed).first().waitFor();
  if (await analyse.isVisible()) await analyse.click();
  await analysed.waitFor({ timeout: 120_000 });
  browser.expect();

  await page.getByText("+ indicator").click();
  await page.getByLabel("RSI 14").check();
  await page.getByLabel("Bollinger 20, 2").check();
  await page.getByLabel("ƒ formula").fill("emaa(close, 3)");
  browser.expect(/422/); // a formula that can't be read
  await page.getByRole("button", { name: "Draw" }).click();
  await page.getByRole("alert").filter({ hasText: "emaa" }).waitFor();
  await page.getByRole("button", { name: "Take off emaa(close, 3)" }).click();
  browser.expect();
  assert.match(decodeURIComponent(page.url()), /rsi14.*bollinger/);
  const past = page.locator(".past button");
  await past.nth(2).click();
  await page.waitForURL(/signal=/);
  await page.waitForTimeout(600);
  await browser.look(page, "symbol-signal");

  await page.keyboard.press("w");
  await page.getByText(`${symbol} is watched.`).waitFor();
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByRole("button", { name: "+ watch" }).waitFor();
  await page.keyboard.press("a");
  await page.getByText(`Each new signal of ${symbol} will be told.`).waitFor();
  await page.getByRole("button", { name: "alert on ✓" }).waitFor();

  await page.keyboard.press("t");
  const table = page.getByRole("region", { name: `Bars of ${symbol}` });
  await table.locator("tbody tr:not(.gap)").first().waitFor();
  await browser.look(page, "symbol-table");
  await page.keyboard.press("t");

  await page.keyboard.press("1");
  await page.keyboard.press("5");
  await page.waitForURL(/timeframe=15m/);
  await page.keyboard.press("5");
  await page.waitForURL(/timeframe=5m/);
  await page.getByRole("img", { name: /400 bars of 5m/ }).waitFor();
  await page.waitForTimeout(500);
  await browser.look(page, "symbol-5m");
  const box = await page.locator(".chart").boundingBox();
  for (let pull = 0; pull < 6; pull++) {
    await page.mouse.move(box.x + 60, box.y + box.height / 3);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width - 120, box.y + box.height / 3, { steps: 6 });
    await page.mouse.up();
  }
  await page.getByRole("img", { name: /4(?!00)\d\d bars of 5m/ }).waitFor();

  const bar = { time: "2025-07-01T13:30:00Z", timeframe: "1m", open: 77.5, high: 77.9, low: 77.1, close: 77.77, volume: 12_345 };
  browser.expect(/404 .*\/api\/(scanner\/symbol|v1\/market-data)\//); // no minutes are stored
  tell({ symbol, last: 77.77, available_at: "2025-07-01T13:31:00Z", bar, series: "sim", labels: ["simulated"] });
  await page.getByText("77.77").first().waitFor();
  await page.locator(".of-symbol").getByText("live").waitFor();

  await page.goto(`${url}/symbol/${symbol}?timeframe=1m`);
  await page.getByText(`No 1m bars of ${symbol} are stored`).waitFor();
  await page.goto(`${url}/symbol/NOPE`);
  await page.getByText("No bars of NOPE are stored").waitFor();
  await browser.look(page, "symbol-unknown");
  browser.expect(/(404|422) .*\/api\/(scanner\/symbol\/|v1\/market-data\/|v1\/signals\?symbol=%3C)/);
  await page.goto(`${url}/symbol/${encodeURIComponent(HOSTILE)}`);
  await page.getByText(HOSTILE).first().waitFor();
  assert.equal(await page.locator("main img").count(), 0);
  await page.waitForTimeout(1000);
  browser.expect();

  await page.setViewportSize(PHONE);
  await page.goto(`${url}/symbol/${symbol}`);
  await page.locator(".chart canvas").first().waitFor();
  await page.waitForTimeout(1000);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= PHONE.width, `${wide} px wide on a phone`);
  await browser.look(page, "phone-symbol");
}

/** The first of some symbols that has days enough to be analysed, and more minutes than one page of a chart. */
async function longTraded(ask, symbols) {
  for (const symbol of new Set(symbols)) {
    const count = async (timeframe, limit) => (await ask(`market-data/bars/${symbol}?timeframe=${timeframe}&limit=${limit}`)).bars.length;
    if ((await count("1d", 100)) === 100 && (await count("5m", 420)) === 420) return symbol;
  }
  throw new Error("all of them are young, or little traded");
}
