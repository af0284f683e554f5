// The owner's link signs them in, once; a session that ends behind the page's back costs no work.
import assert from "node:assert/strict";

export default async function (browser, { url }) {
  const page = await browser.stranger();
  await page.goto(`${url}/scan?scanner=breakout`);
  await page.getByRole("button", { name: "Sign in" }).waitFor();
  await browser.look(page, "sign-in");

  await page.goto(`${url}/register`);
  await page.getByRole("button", { name: "Register" }).waitFor();
  await browser.look(page, "register");
  browser.expect(/422 .*\/auth\/register/);
  await page.getByLabel("Email").fill("nobody");
  await page.getByRole("button", { name: "Register" }).click();
  await page.getByText("at least 8 characters").waitFor();
  assert.equal(await page.getByLabel("Email").getAttribute("aria-invalid"), "true");
  await browser.look(page, "register-refused");
  browser.expect();

  await page.goto(process.env.LINK);
  await page.getByLabel("Email").waitFor();
  assert.ok(!page.url().includes("#"), "the ticket has left the address");
  await browser.look(page, "welcome");
  await page.getByLabel("Email").fill("owner@example.org");
  await page.locator('input[name="password"]').fill("correct horse battery");
  await page.getByRole("button", { name: "Begin" }).click();
  await page.getByRole("heading", { name: "Market" }).waitFor();

  await page.goto(`${url}/scan?scanner=technical`);
  const rows = page.getByRole("region", { name: "Rows of the scan" }).locator("tbody tr:not(.gap)");
  await rows.first().waitFor();
  browser.expect(/401 .*\/api\/(?!v1\/auth\/refresh)/); // the session ends behind the page's back
  await page.evaluate(async () => {
    const again = await fetch("/api/v1/auth/refresh", { method: "POST" });
    const { access_token } = await again.json();
    await fetch("/api/v1/auth/sign-ins", { method: "DELETE", headers: { Authorization: `Bearer ${access_token}` } });
  });
  await rows.nth(1).click();
  await page.getByText("You are signed out").waitFor();
  assert.ok((await rows.count()) > 1, "the rows stay");
  await browser.look(page, "signed-out");
  await page.locator('[role=dialog] input[name="password"]').fill("correct horse battery");
  browser.expect();
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("Why", { exact: true }).first().waitFor();
}
