// An endpoint that fails, or does not answer, spoils its own panel of the desk and no other.
import assert from "node:assert/strict";

const PROBLEM = {
  status: 500,
  contentType: "application/problem+json",
  body: JSON.stringify({ status: 500, title: "Something failed", detail: "a planted fault" }),
};
const PANELS = {
  Market: { endpoint: "**/scanner/market-overview*", there: ".ends" },
  "Next scans": { endpoint: "**/scanner/status", there: "dl" },
  Watchlist: { endpoint: "**/api/v1/watchlist*", there: "tbody tr" },
  Signals: { endpoint: "**/api/v1/signals*", there: ".empty" },
};

export default async function (browser, { url }) {
  const page = await browser.user();
  browser.expect(/500/);
  await page.goto(`${url}/desk`);
  await page.getByRole("button", { name: /most active/ }).click();
  for (const [name, { endpoint }] of Object.entries(PANELS)) {
    await page.route(endpoint, (route) => route.fulfill(PROBLEM));
    await page.goto(`${url}/desk`);
    await panel(page, name).getByRole("alert").getByText("a planted fault").waitFor();
    await others(page, name, "fails");
    if (name === "Market") {
      await panel(page, "Watchlist").getByText("SIMULATED").waitFor(); // the strip can't say it now
      await browser.look(page, "desk-spoiled");
    }
    const again = panel(page, name).getByRole("button", { name: "Try again" }).first();
    const asked = page.waitForRequest(endpoint);
    await again.dispatchEvent("click");
    await asked;
    await page.unroute(endpoint);
    void again.dispatchEvent("click").catch(() => undefined); // unless news have brought it back already
    await panel(page, name).locator(PANELS[name].there).first().waitFor();

    const held = [];
    await page.route(endpoint, (route) => void held.push(route)); // it does not answer
    await page.goto(`${url}/desk`);
    await panel(page, name).getByRole("status", { name: "Loading" }).first().waitFor();
    await others(page, name, "hangs");
    await page.unroute(endpoint);
    await Promise.all(held.map((route) => route.continue().catch(() => undefined)));
    await panel(page, name).locator(PANELS[name].there).first().waitFor(); // and then it does
  }

  await page.route("**/market-data/quotes*", (route) => route.fulfill(PROBLEM));
  await page.goto(`${url}/desk`);
  await panel(page, "Watchlist").getByText(/Last prices: something failed/).waitFor();
  await panel(page, "Watchlist").locator("tbody tr").first().waitFor();
}

const panel = (page, name) => page.getByRole("region", { name, exact: true });

async function others(page, spoiled, how) {
  for (const [name, { there }] of Object.entries(PANELS)) {
    if (name === spoiled) continue;
    const lasts = await panel(page, name).locator(there).first().waitFor({ timeout: 10_000 }).then(() => true, () => false);
    assert.ok(lasts, `${name} is there while ${spoiled} ${how}`);
  }
}
