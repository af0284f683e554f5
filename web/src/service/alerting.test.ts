// @vitest-environment jsdom
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Notification as Told } from "@/client";

const told = (id: string) => ({ id, title: `title of ${id}`, message: "entry 1", is_read: false }) as Told;
const shown: string[] = [];

const browser = { permission: "default" };
const request = vi.fn(() => Promise.resolve(browser.permission));
class FakeNotification {
  static get permission() {
    return browser.permission;
  }
  static requestPermission = request;
  onclick = null;
  constructor(title: string) {
    shown.push(title);
  }
}

beforeEach(() => {
  vi.resetModules();
  localStorage.clear();
  shown.length = 0;
  browser.permission = "default";
  request.mockClear();
  vi.stubGlobal("Notification", FakeNotification);
  vi.stubGlobal("isSecureContext", true);
});
afterEach(() => vi.unstubAllGlobals());

it("asks the browser for nothing before somebody wants it", async () => {
  const { alertTo } = await import("./alerting");
  alertTo(told("a"));
  expect(request).not.toHaveBeenCalled();
  expect(shown).toEqual([]);
});

it("shows notifications once the browser lets it, and remembers that", async () => {
  browser.permission = "granted";
  const { setDesktop } = await import("./alerting");
  expect(await setDesktop(true)).toBe(true);
  vi.resetModules();
  const { alertTo } = await import("./alerting");
  alertTo(told("a"));
  expect(shown).toEqual(["title of a"]);
});

it("stays off where the browser is told not to", async () => {
  browser.permission = "denied";
  const { setDesktop } = await import("./alerting");
  expect(await setDesktop(true)).toBe(false);
  expect(localStorage.getItem("tapehawk-alerting")).toContain('"desktop":false');
});

it("what is kept and can't be read is as if nothing were kept", async () => {
  localStorage.setItem("tapehawk-alerting", "{");
  const { alertTo } = await import("./alerting");
  expect(() => alertTo(told("a"))).not.toThrow();
});

it("what was there at first is no news; what came since is, each once and the oldest first", async () => {
  const { Arrivals } = await import("./alerting");
  const noticed: string[] = [];
  const arrivals = new Arrivals(({ id }) => noticed.push(id));
  const at = (id: string, minute: number) => ({ ...told(id), created_at: `2025-07-01T14:0${minute}:00Z` });
  arrivals.take([at("a", 1)]);
  expect([noticed, arrivals.said()]).toEqual([[], ""]);
  arrivals.take([at("c", 3), at("b", 3), at("a", 1)]);
  arrivals.take([at("c", 3), at("b", 3), at("a", 1)]);
  expect(noticed).toEqual(["b", "c"]);
  expect(arrivals.said()).toBe("2 notifications: title of c");
  arrivals.take([at("b", 3), at("older, from below what was shown", 0)]); // "c" and "a" were read
  expect(noticed).toEqual(["b", "c"]);
});
