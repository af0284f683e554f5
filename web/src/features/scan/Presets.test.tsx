// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Preset, PresetBody } from "@/client";
import { client } from "@/client/client.gen";
import { Telling, useTold } from "@/shared/Told";
import { Presets } from "./Presets";

const HOSTILE = "<img src=x onerror=alert(1)>";
let kept: Preset[];

/** A service that keeps presets in memory, and refuses a name that is taken. */
async function service(request: Request): Promise<Response> {
  const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
  const id = new URL(request.url).pathname.split("/")[5];
  const body = request.method === "GET" || request.method === "DELETE" ? undefined : ((await request.json()) as PresetBody);
  if (request.method === "DELETE") {
    kept = kept.filter((one) => one.id !== id);
    return new Response(null, { status: 204 });
  }
  if (!body) return json({ items: kept, next_cursor: null });
  if (kept.some((one) => one.name === body.name && one.id !== id)) return json({ status: 409, title: "Conflict", detail: "there is one of this name" }, 409);
  const made = { ...body, id: id ?? `new ${body.name}` } as Preset;
  kept = id ? kept.map((one) => (one.id === id ? made : one)) : [made, ...kept];
  return json(made, id ? 200 : 201);
}

function Page({ config }: { config: Record<string, unknown> }) {
  const [preset, adopt] = useState<string>();
  const { told, tell, forget } = useTold();
  return (
    <>
      <Presets scanner="gap" config={config} chosen={preset} choose={(one) => adopt(one?.id)} adopt={adopt} tell={tell} />
      <Telling told={told} forget={forget} />
    </>
  );
}

function show(config: Record<string, unknown>) {
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  render(
    <QueryClientProvider client={queries}>
      <Page config={config} />
    </QueryClientProvider>,
  );
}

beforeEach(() => {
  kept = [{ id: "1", name: HOSTILE, scanner_type: "gap", config: { min_price: 9 }, created_at: "", updated_at: "" }];
  client.setConfig({ baseUrl: "http://tapehawk.test", fetch: service as typeof fetch, throwOnError: true });
});
afterEach(cleanup);

it("a name is only ever text", async () => {
  show({});
  await userEvent.selectOptions(screen.getByLabelText("Preset"), await screen.findByRole("option", { name: new RegExp("onerror") }));
  await userEvent.click(screen.getByRole("button", { name: /Delete the preset/ }));
  await screen.findByText(`“${HOSTILE}” is deleted`);
  expect(document.querySelector("img")).toBeNull();
});

it("what is deleted comes back by undo", async () => {
  show({});
  await userEvent.selectOptions(screen.getByLabelText("Preset"), await screen.findByRole("option", { name: new RegExp("onerror") }));
  await userEvent.click(screen.getByRole("button", { name: /Delete the preset/ }));
  await screen.findByText(/is deleted/);
  expect(kept).toEqual([]);
  await userEvent.click(screen.getByRole("button", { name: "Undo" }));
  await screen.findByRole("option", { name: new RegExp("onerror") });
  expect(kept[0]).toMatchObject({ name: HOSTILE, config: { min_price: 9 } });
});

it("what is overwritten comes back by undo", async () => {
  show({ min_price: 30 });
  await userEvent.selectOptions(screen.getByLabelText("Preset"), await screen.findByRole("option", { name: new RegExp("onerror") }));
  await userEvent.click(screen.getByRole("button", { name: "overwrite" }));
  await screen.findByText(/has these parameters now/);
  expect(kept[0]?.config).toEqual({ min_price: 30 });
  await userEvent.click(screen.getByRole("button", { name: "Undo" }));
  await expect.poll(() => kept[0]?.config).toEqual({ min_price: 9 });
});

it("a name that is taken is refused at its field, and what was written stays", async () => {
  show({ min_price: 30 });
  await screen.findByRole("option", { name: new RegExp("onerror") });
  await userEvent.click(screen.getByRole("button", { name: "keep as …" }));
  await userEvent.type(screen.getByLabelText("Name of the preset"), `${HOSTILE}{Enter}`);
  expect((await screen.findByRole("alert")).textContent).toBe("there is one of this name");
  expect(screen.getByLabelText<HTMLInputElement>("Name of the preset").value).toBe(HOSTILE);
  await userEvent.type(screen.getByLabelText("Name of the preset"), " two{Enter}");
  await screen.findByText(/two” is kept/);
  expect(kept[0]).toMatchObject({ name: `${HOSTILE} two`, config: { min_price: 30 } });
});
