// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, expect, it, vi } from "vitest";
import { useAlert } from "@/service/alerts";
import { useRules } from "./useRules";

const about = (symbol: string) => ({ id: symbol, name: `Signals of ${symbol}`, is_active: true, conditions: { symbols: [symbol] } });
vi.mock("@/client", () => ({
  notificationsListRules: () => Promise.resolve({ data: { items: [about("NVDA"), about("AAPL")], next_cursor: null } }),
  notificationsDeleteRule: () => new Promise(() => undefined),
}));
afterEach(cleanup);

it("a rule that is deleted is off the page of its symbol too, at once", async () => {
  const queries = new QueryClient();
  const wrapper = ({ children }: { children: ReactNode }) => <QueryClientProvider client={queries}>{children}</QueryClientProvider>;
  const { result } = renderHook(() => ({ alert: useAlert("NVDA"), rules: useRules() }), { wrapper });
  await waitFor(() => expect(result.current.alert.rule?.id).toBe("NVDA"));
  act(() => result.current.rules.remove.mutate("NVDA"));
  await waitFor(() => expect(result.current.alert.rule).toBeUndefined());
  expect(result.current.rules.remove.error).toBeNull();
});
