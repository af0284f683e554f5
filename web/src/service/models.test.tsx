// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";
import { keys } from "./keys";
import { ModelCard } from "./ModelCard";
import { cardOf, type Card } from "./models";

const answer = { scanner: "breakout", timeframe: "1d", data_span: ["2020-01-02", "2025-06-30"], labels: [] } as unknown as Parameters<typeof cardOf>[0];
afterEach(cleanup);

it("a card that says less than today's is of a model that abstains, and was judged on nothing", () => {
  expect(cardOf(answer)).toMatchObject({ abstains: true, reason: null, signals: { n: 0 }, out_of_sample: null });
});

it("the card that stands on a page of analytics is the one beside a row", () => {
  const queries = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } });
  queries.setQueryData<Card>(keys.modelCard("breakout"), { ...cardOf(answer), reason: "too few signals" });
  render(
    <QueryClientProvider client={queries}>
      <ModelCard scanner="breakout" />
    </QueryClientProvider>,
  );
  expect(screen.getByText("too few signals")).toBeTruthy();
});
