import { expect, it } from "vitest";
import { csv } from "./file";

it("a text that a spreadsheet would run stands behind an apostrophe; a number below zero is a number", () => {
  expect(csv([["=1+1", "@x", -2.5]])).toBe("'=1+1,'@x,-2.5\r\n");
});

it("commas, quotes and lines stay within their field; what is not known is empty; several stand in one", () => {
  expect(csv([['a "b", c', null, undefined, ["simulated", "late"]], ["two\nlines"]])).toBe('"a ""b"", c",,,simulated; late\r\n"two\nlines"\r\n');
});
