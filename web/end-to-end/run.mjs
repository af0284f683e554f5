// One run through the built app in a real Chromium, against a real server: `node end-to-end/run.mjs URL OWNERS_LINK`.
// Screenshots go to SHOTS where that names a folder. Any error in the console is a failure.
import axe from "axe-core";
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { chromium } from "playwright-core";

const [, , url, link] = process.argv;
const SHOTS = process.env.SHOTS;
if (SHOTS) mkdirSync(SHOTS, { recursive: true });

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: "dark" });
const page = await context.newPage();
const errors = [];
let isExpected = () => false;
page.on("console", (said) => said.type() === "error" && !isExpected(said) && errors.push(`${said.text()} ${said.location().url}`));
page.on("pageerror", (error) => errors.push(String(error)));
page.on("request", (request) => assert.ok(/^(data|blob):/.test(request.url()) || request.url().startsWith(url), `a request elsewhere: ${request.url()}`));

const shots = [];
async function shot(name) {
  if (SHOTS) await page.screenshot({ path: `${SHOTS}/${name}.png` });
}
/** Shoot a page in both themes, and let axe look at each. */
async function look(name) {
  for (const theme of ["dark", "light"]) {
    await page.evaluate((to) => document.documentElement.getAttribute("data-mantine-color-scheme") !== to && document.querySelector(`[aria-label="${to} theme"]`)?.click(), theme);
    await page.waitForTimeout(700);
    await shot(`${name}-${theme}`);
    const found = await accessible();
    shots.push(...found.map((one) => `${name} ${theme}: ${one}`));
  }
}
async function accessible() {
  const { violations } = await cdpAxe();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ target, any }) => `${target} ${any[0]?.message ?? ""}`).join(" | ")}`);
}
async function cdpAxe() {
  await page.evaluate(axe.source); // by the debugger, which the page's policy does not bind
  return page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
}

try {
  // The session is not there yet: a 401 of the refresh is the answer to a question.
  isExpected = (said) => /401/.test(said.text());
  await page.goto(`${url}/scan?scanner=breakout`);
  await page.getByRole("button", { name: "Sign in" }).waitFor();
  await look("sign-in");

  await page.goto(link);
  await page.getByLabel("Email").waitFor();
  assert.ok(!page.url().includes("#"), "the ticket has left the address");
  await shot("welcome");
  await page.getByLabel("Email").fill("owner@example.org");
  await page.locator('input[name="password"]').fill("correct horse battery");
  await page.getByRole("button", { name: "Begin" }).click();
  await page.getByRole("heading", { name: "Market" }).waitFor();
  isExpected = () => false;
  await page.getByText("SIMULATED").first().waitFor();
  await page.getByText(/live \d+ ms/).waitFor();

  await page.getByRole("button", { name: /most active/ }).click();
  await page.getByRole("region", { name: "Watched symbols" }).locator("tbody tr").first().waitFor();
  await look("desk");

  await page.keyboard.press("g");
  await page.keyboard.press("s");
  await page.getByLabel("Scanner").waitFor();
  await look("scan-empty");
  await page.getByLabel("Scanner").selectOption("technical");
  await page.getByRole("button", { name: /Scan/ }).click();
  const rows = page.getByRole("region", { name: "Rows of the scan" }).locator("tbody tr:not(.gap)");
  await rows.first().waitFor();
  await page.waitForFunction(() => !document.querySelector(".table .ring"), null, { timeout: 60_000 });
  const symbol = await rows.first().locator("td").first().innerText();
  await rows.first().click();
  await page.getByText("Why", { exact: true }).first().waitFor();
  await page.getByRole("heading", { name: "Levels" }).waitFor();
  await look("scan");

  await page.locator(".funnel button:not(:disabled)").last().click();
  await page.getByText("Fell at").waitFor();
  await page.locator(".fallen li").first().waitFor();
  await shot("scan-fallen");
  await page.keyboard.press("Escape");

  await page.getByLabel("Scanner").selectOption("formula");
  await page.getByLabel("ƒ formula").fill("clos > 5");
  await page.getByRole("button", { name: "close", exact: true }).click();
  await page.getByText(/match as of/).waitFor();
  await look("formula");

  await page.keyboard.press("Escape");
  await page.locator("body").click({ position: { x: 700, y: 20 } });
  await page.keyboard.press("/");
  await page.keyboard.type(symbol.toLowerCase());
  await page.getByRole("option").first().waitFor();
  await shot("search");
  await page.keyboard.press("Enter");
  await page.locator(".chart canvas").first().waitFor();
  await look("symbol");
  await page.keyboard.press("5");
  await page.waitForURL(/timeframe=5m/);
  await page.waitForTimeout(800);
  await shot("symbol-5m");

  for (const [key, name] of [["i", "signals"], ["l", "lists"]]) {
    await page.keyboard.press("g");
    await page.keyboard.press(key);
    await page.waitForURL(new RegExp(name));
    await look(name);
  }
  await page.keyboard.press("?");
  await page.getByRole("dialog").waitFor();
  await look("keys");
  await page.keyboard.press("Escape");

  // The session ends behind the page's back: it stays as it is, and goes on after signing in.
  isExpected = (said) => /401/.test(said.text());
  await page.goto(`${url}/scan?scanner=technical`);
  await rows.first().waitFor();
  await page.evaluate(async () => {
    const again = await fetch("/api/v1/auth/refresh", { method: "POST" });
    const { access_token } = await again.json();
    await fetch("/api/v1/auth/sign-ins", { method: "DELETE", headers: { Authorization: `Bearer ${access_token}` } });
    await fetch("/api/v1/auth/logout", { method: "POST" });
  });
  await rows.nth(1).click();
  await page.getByText("You are signed out").waitFor();
  assert.ok((await rows.count()) > 1, "the rows stay");
  await look("signed-out");
  await page.locator('[role=dialog] input[name="password"]').fill("correct horse battery");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("Why", { exact: true }).first().waitFor();
  isExpected = () => false;

  await page.setViewportSize({ width: 390, height: 844 });
  for (const to of ["desk", "scan?scanner=technical", `symbol/${symbol}`]) {
    isExpected = (said) => /404/.test(said.text()); // a symbol that nobody has analysed yet
    await page.goto(`${url}/${to}`);
    await page.locator(".strip .label").first().waitFor();
    await page.waitForTimeout(1500);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= 390, `${to} is ${wide} px wide on a phone`);
    await look(`phone-${to.split(/[?/]/)[0]}`);
  }
  assert.deepEqual(errors, [], "errors in the console");
  assert.deepEqual(shots, [], "what axe finds");
  console.log("the run is whole");
} catch (error) {
  await shot("failed");
  console.error(error, errors, shots);
  process.exitCode = 1;
} finally {
  await browser.close();
}
