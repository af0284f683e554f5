// Asking the service by its API as who is signed in on a page.
import assert from "node:assert/strict";

/** To be made before the page is opened: it takes its token from what the page asks. */
export function asker(page, url) {
  let authorization = "";
  page.on("request", (request) => (authorization = request.headers().authorization ?? authorization));
  return async (path, { method = "GET", data } = {}) => {
    const answer = await page.request.fetch(`${url}/api/v1/${path}`, { method, data, headers: { Authorization: authorization } });
    assert.ok(answer.ok(), `${method} ${path}: ${answer.status()} ${await answer.text()}`);
    return answer.status() === 204 ? null : answer.json();
  };
}

/** Try until it holds: what is told takes a moment. */
export async function until(holds, what, ms = 60_000) {
  const end = Date.now() + ms;
  for (;;) {
    const found = await holds();
    if (found) return found;
    assert.ok(Date.now() < end, `in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** A date, YYYY-MM-DD, as the app shows one of another year. */
export const asShown = (date) =>
  new Date(`${date}T12:00:00Z`).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
