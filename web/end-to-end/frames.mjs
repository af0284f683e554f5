// How long a frame takes while 10,000 live rows are scrolled: `node end-to-end/frames.mjs URL OWNERS_EMAIL PASSWORD`
// prints a line of JSON. The rows are those of a real scan under many names; every 20 ms one of them deepens.
import { Browser } from "./browser.mjs";

const ROWS = 10_000;
const SECONDS = 10;
const UPDATE_MS = 20;
const WORK = new Set(["FunctionCall", "EvaluateScript", "TimerFire", "FireAnimationFrame", "EventDispatch", "BlinkScheduler_PerformMicrotaskCheckpoint", "Layout", "UpdateLayoutTree"]);

const [, , url, email, password] = process.argv;
const browser = await Browser.open(url, { email, password });
const page = await browser.user();
const names = Array.from({ length: ROWS }, (_, at) => `S${String(at).padStart(5, "0")}`);
const rows = page.getByRole("region", { name: "Rows of the scan" }).locator("tbody tr:not(.gap)");
await page.goto(`${url}/desk`);
const asked = Date.now();
await page.goto(`${url}/scan?scanner=quick`);
await rows.first().waitFor();
const first = Date.now() - asked;

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
const updates = setInterval(() => {
  const symbol = names[(at++ * 7) % 200]; // many of them in sight
  line.send(JSON.stringify({ type: "symbolAnalyzed", sequence: 0, symbol, deepData: deep }));
}, UPDATE_MS);
const until = Date.now() + SECONDS * 1000;
while (Date.now() < until) {
  await page.mouse.wheel(0, 120);
  await page.waitForTimeout(30);
}
clearInterval(updates);
const done = new Promise((resolve) => cdp.once("Tracing.tracingComplete", resolve));
await cdp.send("Tracing.end");
await done;
await browser.chrome.close();

const busiest = threadOf(events);
const mine = events.filter(({ pid, tid }) => pid === busiest.pid && tid === busiest.tid);
const tasks = mine.filter(({ name, ph }) => name === "RunTask" && ph === "X").map(({ dur }) => dur / 1000);
const ends = mine.filter(({ name }) => name === "Commit").map(({ ts }) => ts).sort((a, b) => a - b);
const frames = perFrame(mine.filter(({ name, ph }) => ph === "X" && WORK.has(name)), ends);
console.log(JSON.stringify({ first_rows_ms: first, updates: at, frames: frames.length, median_ms: quantile(frames, 0.5), p95_ms: quantile(frames, 0.95), longest_task_ms: Math.max(...tasks), tasks_above_50_ms: tasks.filter((one) => one > 50).length }));

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
