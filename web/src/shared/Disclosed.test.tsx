// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";
import { Disclosed } from "./Disclosed";

afterEach(cleanup);

function opened() {
  render(
    <>
      <Disclosed className="d" name="more">
        <p>within</p>
      </Disclosed>
      <button type="button">elsewhere</button>
    </>,
  );
  const details = document.querySelector("details");
  if (!details) throw new Error("there is none");
  details.open = true;
  return details;
}

it("closes by escape, and the focus is where it was opened", () => {
  const details = opened();
  fireEvent.keyDown(document.body, { key: "Escape" });
  expect(details.open).toBe(false);
  expect(document.activeElement).toBe(screen.getByText("more"));
});

it("closes by a click elsewhere, not by one within", () => {
  const details = opened();
  fireEvent.pointerDown(screen.getByText("within"));
  expect(details.open).toBe(true);
  fireEvent.pointerDown(screen.getByText("elsewhere"));
  expect(details.open).toBe(false);
});

it("closes when the focus goes elsewhere", () => {
  const details = opened();
  screen.getByText("elsewhere").focus();
  expect(details.open).toBe(false);
});
