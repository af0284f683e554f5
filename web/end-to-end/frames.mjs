// How long a frame takes while 10,000 live rows are scrolled: `node end-to-end/frames.mjs URL OWNERS_EMAIL PASSWORD`
// prints a line of JSON. The rows are those of a real scan under many names; every 20 ms one of those in sight deepens, to
// other values than before. Before, a quick scan is opened a few times, until its first rows are there.
import assert from "node:assert/strict";
import { Browser } from "./browser.mjs";

const ROWS = 10_000;
const SECONDS = 10;
const UPDATE_MS = 20;
const SAMPLES = 15;
const ROW_PX = 28;
const WHEEL_PX = 120;
const IN_SIGHT = 20;
const WORK = new Set(["FunctionCall", "EvaluateScript", "TimerFire", "FireAnimationFrame", "EventDispatch", "BlinkScheduler_PerformMicrotaskCheckpoint", "Layout", "UpdateLayoutTree"]);

const [, , url, email, password] = process.argv;
const browser = await Browser.open(url, { email, password });
const page = await browser.user();
const names = Array.from({ length: ROWS }, (_, at) => `S${String(at).padStart(5, "0")}`);
const rows = page.getByRole("region", { name: "Rows of the scan" }).locator("tbody tr:not(.gap)");
const firsts = [];
for (let sample = 0; sample < SAMPLES; sample++) {
  await page.goto(`${url}/desk`);
  const asked = Date.now();
  await page.goto(`${url}/scan?scanner=quick`);
  await rows.first().waitFor();
  firsts.push(Date.now() - asked);
}
firsts.sort((a, b) => a - b);

let line;
let deep;
await page.route("**/api/scanner/quick-scan", async (route) => {
  const answer = await route.fetch();
  const said = await answer.json();
  const signals = names.map((symbol, at) => ({ ...said.signals[at % said.signals.length], symbol }));
  await route.fulfill({ response: answer, json: { ...said, signals } });
});
await page.routeWebSocket(/\/ws\/scanner-status/, (socket) => {
  line = socket;
  socket.connectToServer().onMessage((text) => {
    const message = JSON.parse(text);
    if (message.type === "symbolAnalyzed") deep ??= message.deepData;
    socket.send(text);
  });
});
await page.reload();
await rows.first().waitFor();
await page.getByRole("button", { name: /^Scan/ }).click(); // now that it listens: what one of them comes to is heard
while (!deep) await page.waitForTimeout(50);
await page.waitForTimeout(2_000);

const cdp = await page.context().newCDPSession(page);
const events = [];
cdp.on("Tracing.dataCollected", ({ value }) => events.push(...value));
await cdp.send("Tracing.start", { transferMode: "ReportEvents", categories: "devtools.timeline,devtools.timeline.frame,toplevel,disabled-by-default-devtools.timeline" });
await rows.first().hover();
let at = 0;
let wheeled = 0;
const updates = setInterval(() => {
  const top = Math.floor((wheeled * WHEEL_PX) / ROW_PX);
  const symbol = names[Math.min(ROWS - 1, top + ((at++ * 7) % IN_SIGHT))];
  line.send(JSON.stringify({ type: "symbolAnalyzed", sequence: 0, symbol, deepData: another(at) }));
}, UPDATE_MS);
const until = Date.now() + SECONDS * 1000;
while (Date.now() < until) {
  await page.mouse.wheel(0, WHEEL_PX);
  wheeled++;
  await page.waitForTimeout(30);
}
await page.waitForTimeout(500); // long enough for each of those in sight at the end
clearInterval(updates);
await page.waitForTimeout(500);
const seen = await rows.evaluateAll((all) => all.filter((row) => !row.querySelector(".ring")).length);
const done = new Promise((resolve) => cdp.once("Tracing.tracingComplete", resolve));
await cdp.send("Tracing.end");
await done;
await browser.chrome.close();

const busiest = threadOf(events);
const mine = events.filter(({ pid, tid }) => pid === busiest.pid && tid === busiest.tid);
const tasks = mine.filter(({ name, ph }) => name === "RunTask" && ph === "X").map(({ dur }) => dur / 1000);
const ends = mine.filter(({ name }) => name === "Commit").map(({ ts }) => ts).sort((a, b) => a - b);
const frames = perFrame(mine.filter(({ name, ph }) => ph === "X" && WORK.has(name)), ends);
assert.ok(seen > IN_SIGHT / 2, `what was updated was in sight: ${seen} rows of it`);
console.log(JSON.stringify({ first_rows_ms: quantile(firsts, 0.5), fastest_ms: firsts[0], slowest_ms: firsts.at(-1), updates: at, frames: frames.length, median_ms: quantile(frames, 0.5), p95_ms: quantile(frames, 0.95), longest_task_ms: Math.max(...tasks), tasks_above_50_ms: tasks.filter((one) => one > 50).length }));

/** A deep analysis that says other numbers each time. */
function another(number) {
  const by = 1 + (number % 97) / 100;
  const { stopLoss, takeProfit, riskReward, ...levels } = deep.sl_tp ?? {};
  const sl_tp = { ...levels, stopLoss: (stopLoss ?? 9) * by, takeProfit: (takeProfit ?? 12) * by, riskReward: (riskReward ?? 2) * by };
  return { ...deep, opportunity_score: number % 100, sl_tp };
}

/** The renderer's main thread: the one that lays out most. */
function threadOf(all) {
  const counts = new Map();
  for (const { name, pid, tid } of all) {
    if (name !== "UpdateLayoutTree") continue;
    const key = `${pid} ${tid}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const [key] = [...counts].sort((a, b) => b[1] - a[1])[0];
  const [pid, tid] = key.split(" ").map(Number);
  return { pid, tid };
}

/** Milliseconds of script and layout before the end of each frame, behind that of the one before; what is within another is counted once. */
function perFrame(work, ends) {
  const sums = ends.map(() => 0);
  let done = -Infinity;
  for (const { ts, dur = 0 } of work.sort((a, b) => a.ts - b.ts)) {
    const from = Math.max(ts, done);
    done = Math.max(done, ts + dur);
    const frame = ends.findIndex((end) => end >= ts);
    if (frame >= 0 && done > from) sums[frame] += (done - from) / 1000;
  }
  return sums.sort((a, b) => a - b);
}

function quantile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}
