// @vitest-environment jsdom
import { renderHook } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { useLater } from "./useLater";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("acts a while later, once", () => {
  const act = vi.fn();
  const { result } = renderHook(() => useLater(1000));
  result.current.later(act);
  vi.advanceTimersByTime(999);
  expect(act).not.toHaveBeenCalled();
  vi.advanceTimersByTime(5000);
  expect(act).toHaveBeenCalledTimes(1);
});

it("does nothing once it is called off", () => {
  const act = vi.fn();
  const { result, unmount } = renderHook(() => useLater(1000));
  result.current.later(act);
  result.current.off();
  vi.advanceTimersByTime(5000);
  unmount();
  expect(act).not.toHaveBeenCalled();
});

it("acts at once when the page is left, or when something else is to be done later", () => {
  const acts = [vi.fn(), vi.fn()];
  const { result, unmount } = renderHook(() => useLater(1000));
  acts.forEach((act) => result.current.later(act));
  expect(acts.map((act) => act.mock.calls.length)).toEqual([1, 0]);
  unmount();
  expect(acts.map((act) => act.mock.calls.length)).toEqual([1, 1]);
});

it("acts at once when the tab is closed, and is told so", () => {
  const act = vi.fn();
  const { result, unmount } = renderHook(() => useLater(1000));
  result.current.later(act);
  dispatchEvent(new Event("pagehide"));
  expect(act).toHaveBeenCalledExactlyOnceWith(true);
  vi.advanceTimersByTime(5000);
  unmount();
  expect(act).toHaveBeenCalledTimes(1);
});
