/** A symbol moved by so many places, within the list. The list itself where nothing moves. */
export function moved(symbols: readonly string[], symbol: string, by: number): readonly string[] {
  const from = symbols.indexOf(symbol);
  const to = Math.max(0, Math.min(symbols.length - 1, from + by));
  if (from < 0 || to === from) return symbols;
  const others = symbols.filter((one) => one !== symbol);
  return [...others.slice(0, to), symbol, ...others.slice(to)];
}

/** Symbols behind those that are there, each once. */
export function added(symbols: readonly string[], more: readonly string[]): string[] {
  return [...new Set([...symbols, ...more])];
}

/** Symbols where they were: each before the first of those that stood behind it, at the end where none is left. */
export function restored(symbols: readonly string[], gone: readonly string[], before: readonly string[]): string[] {
  const found = [...symbols];
  for (const symbol of gone.toReversed()) {
    if (found.includes(symbol)) continue;
    const behind = before.slice(before.indexOf(symbol) + 1);
    const at = found.findIndex((one) => behind.includes(one));
    found.splice(at < 0 ? found.length : at, 0, symbol);
  }
  return found;
}
