import { Dialog } from "@/shared/Dialog";
import { PAGES } from "./pages";

const KEYS: [string, string][] = [
  ["/", "search a symbol or a page"],
  ...PAGES.flatMap(({ key, name }): [string, string][] => (key ? [[`g ${key}`, name.toLowerCase()]] : [])),
  ["j k  ↓ ↑", "next and previous row"],
  ["⏎", "open the row's symbol"],
  ["w", "add the symbol to the watchlist"],
  ["a", "be told of the symbol's signals"],
  ["x", "export the rows in sight"],
  ["alt ↓ ↑  del", "move a row of a list, or take it off"],
  ["1 5 15 h 4 d W", "timeframe of a chart; w too where the chart has the focus"],
  ["t", "the table behind the chart"],
  ["esc", "close, leave a field, or go back"],
  ["?", "these keys"],
];

export default function Keys({ close }: { close: () => void }) {
  return (
    <Dialog title="Keys" close={close}>
      <table className="keys">
        <tbody>
          {KEYS.map(([key, what]) => (
            <tr key={key}>
              <th scope="row">
                <kbd>{key}</kbd>
              </th>
              <td>{what}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="quiet dialog-foot">
        Charts by TradingView Lightweight Charts™, © 2025 TradingView, Inc.{" "}
        <a href="https://www.tradingview.com/" rel="noreferrer" target="_blank">
          https://www.tradingview.com/
        </a>{" "}
        · <a href="/THIRD-PARTY.txt">software of others, and its licences</a>
      </p>
    </Dialog>
  );
}
