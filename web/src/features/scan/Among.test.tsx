// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, expect, it } from "vitest";
import { client } from "@/client/client.gen";
import { Among } from "./Among";
import { amongOf } from "./members";

const HOSTILE = "<img src=x onerror=alert(1)>";
const ANSWERS: Record<string, unknown> = {
  "/api/scan/universe": { total: 9, by_type: { common: 8 }, by_exchange: { nasdaq: 5 } },
  "/api/v1/watchlist": { items: [] },
  "/api/v1/portfolios": { items: [{ id: "p", name: HOSTILE, symbols: ["A", "B"] }], next_cursor: null },
  "/api/v1/portfolios/p": { id: "p", name: HOSTILE, symbols: ["A", "B"] },
};
const service = (request: Request) => {
  const body = ANSWERS[new URL(request.url).pathname];
  return Promise.resolve(new Response(JSON.stringify(body), { headers: { "Content-Type": "application/json" } }));
};
client.setConfig({ baseUrl: "http://tapehawk.test", fetch: service as typeof fetch, throwOnError: true });
afterEach(cleanup);

it("a portfolio's name is only ever text, and one of these is asked at a time", async () => {
  function Page() {
    const [chosen, change] = useState({});
    return (
      <>
        <Among chosen={chosen} change={change} />
        <output>{JSON.stringify(chosen)}</output>
      </>
    );
  }
  render(
    <QueryClientProvider client={new QueryClient()}>
      <Page />
    </QueryClientProvider>,
  );
  const field = screen.getByLabelText("Universe");
  await userEvent.selectOptions(field, await screen.findByRole("option", { name: `${HOSTILE} · 2` }));
  expect(screen.getByRole("status").textContent).toBe('{"list":"p"}');
  await userEvent.selectOptions(field, await screen.findByRole("option", { name: "nasdaq · 5" }));
  expect(screen.getByRole("status").textContent).toBe('{"universe":"nasdaq"}');
  await userEvent.selectOptions(field, "symbols …");
  await userEvent.type(screen.getByLabelText("Symbols"), "nvda");
  expect(screen.getByRole("status").textContent).toBe('{"symbols":"nvda"}');
  expect(document.querySelector("img")).toBeNull();
});

it("an empty list is nobody, not everybody", async () => {
  const queries = new QueryClient();
  await expect(amongOf(queries, { list: "watchlist" })).rejects.toThrow("Your watchlist is empty");
  expect(await amongOf(queries, { list: "p" })).toEqual(["A", "B"]);
  expect(await amongOf(queries, { symbols: "nvda aapl" })).toEqual(["NVDA", "AAPL"]);
  expect(await amongOf(queries, {})).toBeUndefined();
});
