/** Symbols as people have them in mails, spreadsheets and other programs' lists, and as a text to take along. */
interface Pasted {
  /** Each once, in the order of the text. */
  symbols: string[];
  /** What can't be a symbol, as it was written. */
  refused: string[];
}

const MOST_CHARACTERS = 32;
const HEADINGS = new Set(["SYMBOL", "SYMBOLS", "TICKER", "TICKERS"]);
const IS_SYMBOL = /^[A-Z0-9^][A-Z0-9.\-/:^=_]*$/;

/**
 * The symbols of a text: spaces, commas, semicolons, tabs or lines between; `$` before, quotes around and the exchange
 * in front ("NASDAQ:AAPL") are left out, and what stands behind a `#`. Of a table with a heading "symbol" only that column counts.
 */
export function pasted(text: string): Pasted {
  const lines = text.split(/\r?\n/).map((line) => line.replace(/#.*$/, ""));
  const column = columnOf(lines);
  const words = column ? lines.slice(column.first).map((line) => cells(line)[column.at] ?? "") : lines.flatMap((line) => line.split(/[\s,;|]+/));
  const symbols = new Set<string>();
  const refused = new Set<string>();
  for (const word of words) {
    const bare = word.trim().replace(/^["'$]+|["']+$/g, "");
    const symbol = bare.toUpperCase().replace(/^[A-Z]+:(?=.)/, "");
    if (!symbol || HEADINGS.has(symbol)) continue;
    if (IS_SYMBOL.test(symbol) && symbol.length <= MOST_CHARACTERS) symbols.add(symbol);
    else refused.add(bare);
  }
  return { symbols: [...symbols], refused: [...refused] };
}

const cells = (line: string): string[] => line.split(/[,;\t]/);

/** Where a table has its symbols: the column under a heading that says so, of at least two. */
function columnOf(lines: readonly string[]): { at: number; first: number } | null {
  const first = lines.findIndex((line) => line.trim() !== "");
  const heads = cells(lines[first] ?? "").map((head) => head.trim().replaceAll('"', "").toUpperCase());
  const at = heads.findIndex((head) => HEADINGS.has(head));
  return at >= 0 && heads.length > 1 ? { at, first: first + 1 } : null;
}

/** A line a symbol, its note behind a `#`: what `pasted` reads again. */
export function asText(symbols: readonly string[], notes: Readonly<Record<string, string>> = {}): string {
  return symbols.map((symbol) => (notes[symbol] ? `${symbol}  # ${notes[symbol].replaceAll(/\s+/g, " ")}` : symbol)).join("\n") + "\n";
}
