import { expect, it } from "vitest";
import { asText, pasted } from "./symbols";

it.each([
  ["aapl msft", ["AAPL", "MSFT"]],
  ["AAPL,MSFT;nvda\tTSLA\r\nF|GM", ["AAPL", "MSFT", "NVDA", "TSLA", "F", "GM"]],
  ["$AAPL, 'MSFT' \"brk.b\"", ["AAPL", "MSFT", "BRK.B"]],
  ["NASDAQ:AAPL,NYSE:BRK.B,BINANCE:BTCUSDT", ["AAPL", "BRK.B", "BTCUSDT"]],
  ["btc/usdt eth/usdt", ["BTC/USDT", "ETH/USDT"]],
  ["AAPL aapl AAPL", ["AAPL"]],
  ["# my list\nAAPL  # earnings on Tuesday\n\n", ["AAPL"]],
  ["Symbol\nAAPL\nMSFT", ["AAPL", "MSFT"]],
  ["", []],
  [" ,;\n ", []],
])("reads the symbols of %j", (text, symbols) => {
  expect(pasted(text)).toEqual({ symbols, refused: [] });
});

it("of a table reads the column of symbols only", () => {
  expect(pasted('Date,Symbol,Price\n2026-03-02,AAPL,188.2\n2026-03-03,"MSFT",402').symbols).toEqual(["AAPL", "MSFT"]);
});

it("names what can't be a symbol and keeps the rest", () => {
  const long = "X".repeat(33);
  expect(pasted(`AAPL <img MSFT ${long} -- é`)).toEqual({ symbols: ["AAPL", "MSFT"], refused: ["<img", long, "--", "é"] });
});

it("what is taken along is read again, notes left out", () => {
  const text = asText(["AAPL", "BTC/USDT"], { AAPL: "earnings\non Tuesday" });
  expect(text).toBe("AAPL  # earnings on Tuesday\nBTC/USDT\n");
  expect(pasted(text)).toEqual({ symbols: ["AAPL", "BTC/USDT"], refused: [] });
});
