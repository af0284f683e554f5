// While the market is open: today's bars are whole however late the page is opened, and a signal of now says why.
import assert from "node:assert/strict";
import { asShown, asker, until } from "../asking.mjs";

const CENT = 0.01; // prices are shown rounded to it

export default async function (browser, { url }) {
  const page = await browser.user();
  browser.expect(/404 .*\/api\/scanner\/symbol\//); // nobody has analysed it yet
  const ask = asker(page, url);
  await page.goto(`${url}/desk`);
  const tape = page.locator(".tape li");
  await page.getByRole("button", { name: "Start the live scanner" }).click();
  await tape.first().waitFor({ timeout: 120_000 });
  const { items } = await ask("signals?limit=10");
  const { symbol } = items[0];
  const minutesOf = async () => (await ask(`market-data/bars/${symbol}?timeframe=1m&limit=1000`)).bars;
  const [first] = await minutesOf();
  const session = first.session;

  await page.goto(`${url}/symbol/${symbol}`);
  const reading = page.locator(".reading");
  await reading.getByText(first.open.toFixed(2)).first().waitFor();
  await page.locator(".of-symbol dt", { hasText: /range/ }).getByText(/1 Jul/).waitFor();
  await page.getByText(`session ${asShown(session)} so far`).first().waitFor();
  const asked = await minutesOf();
  const [low, high] = [Math.min(...asked.map((one) => one.low)), Math.max(...asked.map((one) => one.high))];
  const range = () => page.locator(".of-symbol dl div", { hasText: /^range/ }).locator("dd").innerText();
  await until(async () => {
    const [from, to] = (await range()).match(/[\d,.]+/g).map(Number);
    return from <= low + CENT && to >= high - CENT && from > 0.97 * low && to < 1.03 * high;
  }, `the range is the session's: ${await range()} of ${low} to ${high}`);
  await page.waitForTimeout(600);
  await browser.shot(page, "open-1d");

  await page.goto(`${url}/symbol/${symbol}?timeframe=5m&as=table`);
  const rows = page.getByRole("region", { name: `Bars of ${symbol}` }).locator("tbody tr:not(.gap)");
  const opened = rows.filter({ hasText: `${asShown(session)} 09:30` });
  await opened.waitFor();
  assert.match(await opened.innerText(), new RegExp(first.open.toFixed(2).replace(".", "\\.")));
  await page.goto(`${url}/symbol/${symbol}?timeframe=5m&show=[]`); // what indicators say comes later than the bars
  await page.locator(".chart canvas").first().waitFor();
  const before = await reading.innerText();
  await until(async () => (await reading.innerText()) !== before, "the bar that is being made grows on the chart");
  await browser.look(page, "open-5m");

  await page.goto(`${url}/symbol/${symbol}?timeframe=1m&as=table&show=["sma20"]`);
  const cells = async (row) => (await row.innerText()).split("\t");
  await rows.first().waitFor();
  const [began] = await cells(rows.first());
  await until(async () => {
    const [time, , , , , , average] = await cells(rows.nth(1)); // the newest one's may be on its way
    return time > began && /\d/.test(average);
  }, "lines go on with the bars that come while one looks");

  await page.goto(`${url}/scan?scanner=volume_spike&timeframe=5m`);
  await page.getByTitle(/stored bars.*scanned live/).getByText(/^as of/).waitFor();
  await page.goto(`${url}/scan?scanner=breakout`);
  await page.getByText(/rows? of breakout/).waitFor();
  assert.equal(await page.getByTitle(/scanned live/).count(), 0, "a day that is not over is no daily bar");

  for (const { id } of items) {
    await page.goto(`${url}/signals?signal=${id}`);
    await page.getByRole("heading", { name: "Why", exact: true }).waitFor();
    await page.locator(".conditions").first().waitFor();
    assert.equal(await page.getByText(/are stored|would not be one/).count(), 0);
  }
  await browser.look(page, "open-why");
}
