// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { ShownSignal } from "@/client";
import { UNDO_MS, usePending } from "./usePending";

const send = vi.hoisted(() => vi.fn());
vi.mock("@/client", () => ({ signalsChangeStatus: send }));

const signal = { id: "a", symbol: "AAPL", status: "active" } as ShownSignal;
const other = { id: "b", symbol: "MSFT", status: "active" } as ShownSignal;

function pending() {
  const queries = new QueryClient();
  queries.setQueryData(["signals", {}], { items: [signal, other], next_cursor: null });
  const wrapper = ({ children }: { children: ReactNode }) => <QueryClientProvider client={queries}>{children}</QueryClientProvider>;
  return { queries, ...renderHook(() => usePending(), { wrapper }) };
}

beforeEach(() => {
  vi.useFakeTimers();
  send.mockReset();
  send.mockImplementation(({ path, body }: { path: { signal_id: string }; body: { status: string } }) => Promise.resolve({ data: { id: path.signal_id, ...body, history: [] } }));
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

it("a change is sent after a moment, and the lists have it", async () => {
  const { result, queries } = pending();
  act(() => result.current.change(signal, "cancelled"));
  expect(send).not.toHaveBeenCalled();
  await act(() => vi.advanceTimersByTimeAsync(UNDO_MS));
  expect(send).toHaveBeenCalledOnce();
  expect(result.current.pending).toBeNull();
  expect(queries.getQueryData(["signals", {}])).toMatchObject({ items: [{ id: "a", status: "cancelled" }, { id: "b", status: "active" }] });
});

it("is shown until it has arrived, but can be taken back no more", async () => {
  let arrive: (answer: unknown) => void = () => undefined;
  send.mockReturnValue(new Promise((done) => (arrive = done)));
  const { result } = pending();
  act(() => result.current.change(signal, "cancelled"));
  await act(() => vi.advanceTimersByTimeAsync(UNDO_MS));
  expect(result.current.pending).toMatchObject({ to: "cancelled", isSent: true });
  await act(async () => {
    arrive({ data: { id: "a", status: "cancelled" } });
    await vi.advanceTimersByTimeAsync(0);
  });
  expect(result.current.pending).toBeNull();
});

it("undone in time it was never sent", async () => {
  const { result } = pending();
  act(() => result.current.change(signal, "cancelled"));
  act(() => result.current.undo());
  await act(() => vi.advanceTimersByTimeAsync(UNDO_MS * 2));
  expect(send).not.toHaveBeenCalled();
  expect(result.current.pending).toBeNull();
});

it("the next change, or leaving, sends the one before", () => {
  const { result, unmount } = pending();
  act(() => result.current.change(signal, "cancelled"));
  act(() => result.current.change(other, "expired"));
  expect(send).toHaveBeenCalledOnce();
  unmount();
  expect(send).toHaveBeenCalledTimes(2);
});

it("what the service refuses is said, with whom it was about", async () => {
  send.mockRejectedValue({ status: 409, title: "Conflict", detail: "expired is final" });
  const { result } = pending();
  act(() => result.current.change(signal, "cancelled"));
  await act(() => vi.advanceTimersByTimeAsync(UNDO_MS));
  expect(result.current.refused).toBe("AAPL: expired is final");
});
