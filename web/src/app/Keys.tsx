import { Dialog } from "@/shared/Dialog";

const KEYS: [string, string][] = [
  ["/", "search a symbol or a page"],
  ["g d", "desk"],
  ["g s", "scan"],
  ["g r", "range scans"],
  ["g i", "signals"],
  ["g l", "lists"],
  ["g n", "notifications"],
  ["g a", "analytics"],
  ["g ,", "settings"],
  ["j k  ↓ ↑", "next and previous row"],
  ["⏎", "open the row's symbol"],
  ["w", "add the symbol to the watchlist"],
  ["a", "be told of the symbol's signals"],
  ["x", "export the rows in sight"],
  ["alt ↓ ↑  del", "move a row of a list, or take it off"],
  ["1 5 h d w", "timeframe of a chart"],
  ["esc", "close, or leave a field"],
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
    </Dialog>
  );
}
