// A real Chromium at a real server, for scenarios: who is signed in, what axe finds, what may not happen anywhere.
import axe from "axe-core";
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { chromium } from "playwright-core";

const PASSWORD = "correct horse battery";
const { CHROMIUM = "/usr/bin/chromium", SHOTS } = process.env;

/** Opens pages at a server, each of a user of its own. `owner`: who may invite: `{ email, password }`. */
export class Browser {
  static async open(url, owner) {
    const chrome = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
    return new Browser(chrome, url, owner);
  }

  constructor(chrome, url, owner) {
    Object.assign(this, { chrome, url, owner, errors: [], found: [], expected: /^$/ });
  }

  /** A page nobody is signed in on. */
  async stranger({ width = 1440, height = 900, ...more } = {}) {
    const context = await this.chrome.newContext({ viewport: { width, height }, colorScheme: "dark", ...more });
    context.setDefaultTimeout(60_000); // nothing is asserted about how long things take
    const page = await context.newPage();
    page.on("console", (said) => this.#hear(said.type() === "error", `${said.text()} ${said.location().url}`));
    page.on("pageerror", (error) => this.#hear(true, String(error)));
    page.on("request", (request) => {
      const isOurs = /^(data|blob):/.test(request.url()) || request.url().startsWith(this.url);
      if (!isOurs) this.errors.push(`a request elsewhere: ${request.url()}`);
    });
    return page;
  }

  /** A page of a new user. `role`: "user", "viewer", or "owner" for who owns the server. */
  async user({ role = "user", name = `u${Math.random().toString(36).slice(2, 10)}`, ...how } = {}) {
    const page = await this.stranger(how);
    const ask = async (path, data, headers = {}) => {
      const answer = await page.request.post(`${this.url}/api/v1/auth/${path}`, { data, headers });
      assert.ok(answer.ok(), `${path}: ${answer.status()} ${await answer.text()}`);
      return answer.json();
    };
    const asOwner = await ask("login", { ...this.owner, refresh_in: "cookie" });
    if (role === "owner") return page;
    const { invitation } = await ask("invitations", {}, { Authorization: `Bearer ${asOwner.access_token}` });
    await page.context().clearCookies();
    await ask("register", { email: `${name}@example.org`, password: PASSWORD, first_name: name, invitation, refresh_in: "cookie" });
    if (role !== "user") await this.#make(page, role, asOwner.access_token, `${name}@example.org`);
    return page;
  }

  /** Let errors in the console that match be what the scenario wants, until further notice. */
  expect(pattern = /^$/) {
    this.expected = pattern;
  }

  async shot(page, name) {
    if (!SHOTS) return;
    mkdirSync(SHOTS, { recursive: true });
    await page.screenshot({ path: `${SHOTS}/${name}.png` });
  }

  /** Let axe look at a page in both themes, and take its picture in each. */
  async look(page, name) {
    for (const theme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme: theme }); // followed where nobody has chosen; there is no switch before the sign-in
      await page.evaluate((to) => {
        const isOther = document.documentElement.getAttribute("data-mantine-color-scheme") !== to;
        if (isOther) document.querySelector(`[aria-label="${to} theme"]`)?.click();
      }, theme);
      await page.waitForTimeout(300);
      await this.shot(page, `${name}-${theme}`);
      await page.evaluate(axe.source); // by the debugger, which the page's policy does not bind
      const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
      for (const { id, nodes } of violations) {
        const where = nodes.slice(0, 3).map(({ target, any }) => `${target} ${any[0]?.message ?? ""}`);
        this.found.push(`${name} ${theme}: ${id}: ${where.join(" | ")}`);
      }
    }
  }

  /** End; raises what was heard meanwhile. */
  async close() {
    await this.chrome.close();
    assert.deepEqual(this.errors, [], "errors in the console");
    assert.deepEqual(this.found, [], "what axe finds");
  }

  /** Give a user a role, as the owner. */
  async #make(page, role, token, email) {
    const headers = { Authorization: `Bearer ${token}` };
    const { items } = await (await page.request.get(`${this.url}/api/v1/users`, { headers })).json();
    const { id } = items.find((one) => one.email === email);
    const answer = await page.request.patch(`${this.url}/api/v1/users/${id}`, { data: { role }, headers });
    assert.ok(answer.ok(), await answer.text());
  }

  #hear(isError, text) {
    if (isError && !this.expected.test(text)) this.errors.push(text);
  }
}
