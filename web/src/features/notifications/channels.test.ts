// @vitest-environment jsdom
import { expect, it } from "vitest";
import { problemOf } from "@/service/problem";
import { addressOf, atField, fieldsOf, withChannel } from "./channels";

const NTFY = {
  required: ["topic"],
  properties: {
    topic: { type: "string", writeOnly: true, format: "password", description: "letters, digits" },
    server: { type: "string", default: "https://ntfy.sh", description: "or your own" },
    token: { type: "string", writeOnly: true, format: "password", default: "**********", description: "where it is needed" },
  },
};

it("draws its fields from what the service says of a kind", () => {
  const [topic, server, token] = fieldsOf(NTFY);
  expect(topic).toMatchObject({ name: "topic", isSecret: true, isUnseen: false, isRequired: true });
  expect(server).toMatchObject({ isSecret: false, fallback: "https://ntfy.sh", isRequired: false });
  expect(token).toMatchObject({ isSecret: true, isUnseen: true, fallback: "" });
});

it("leaves out of an address what is empty", () => {
  const form = new FormData();
  form.set("topic", " mine ");
  form.set("token", "");
  expect(addressOf(fieldsOf(NTFY), form)).toEqual({ topic: "mine" });
});

it("sets one channel and sends the others as they are shown, which keeps them", () => {
  const now = [
    { kind: "email", address: { to: "a***@example.org" }, is_active: false, last: null },
    { kind: "slack", address: { webhook: "https://hooks.slack.com/***" }, is_active: true },
  ];
  const email = { kind: "email", address: { to: "a***@example.org" }, is_active: false };
  expect(withChannel(now, "slack", { address: { webhook: "new" }, is_active: true })).toEqual([email, { kind: "slack", address: { webhook: "new" }, is_active: true }]);
  expect(withChannel(now, "slack", null)).toEqual([email]);
});

it("finds the field of an address that the service refuses, in the service's words", () => {
  const said = { status: 422, title: "Bad input", detail: "this is no address for webhook: url: Value error, a webhook reads like https://example.org/path" };
  expect(atField(problemOf(said))?.fields).toEqual({ url: "a webhook reads like https://example.org/path" });
  const other = problemOf({ status: 403, title: "Not allowed", detail: "this address is in a private network" });
  expect(atField(other)).toBe(other);
});
