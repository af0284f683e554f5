/** Pages of a list as far as they are known: where each begins, how many rows it has, and whether the last one is there. */
export interface Chain {
  cursors: readonly (string | null)[];
  sizes: readonly number[];
  isWhole: boolean;
}

export const BEGINNING: Chain = { cursors: [null], sizes: [], isWhole: false };

/** The chain once a page has come: of so many rows, with what begins behind it. Pages behind another cursor are forgotten. */
export function withPage(chain: Chain, place: number, size: number, next: string | null): Chain {
  if (place > chain.sizes.length) return chain;
  const following = chain.cursors[place + 1];
  const isLast = place === chain.cursors.length - 1;
  const isSame = isLast ? next === null && chain.isWhole : following === next;
  if (isSame && chain.sizes[place] === size) return chain;
  if (!isLast && following === next) return { ...chain, sizes: chain.sizes.with(place, size) };
  const cursors = [...chain.cursors.slice(0, place + 1), ...(next === null ? [] : [next])];
  return { cursors, sizes: [...chain.sizes.slice(0, place), size], isWhole: next === null };
}

export const total = (chain: Chain): number => chain.sizes.reduce((sum, size) => sum + size, 0);

/** The page that a row is on, and its place there. */
export function placeOf(chain: Chain, row: number): { page: number; at: number } | undefined {
  let begin = 0;
  for (const [page, size] of chain.sizes.entries()) {
    if (row < begin + size) return { page, at: row - begin };
    begin += size;
  }
  return undefined;
}

/** Rows from the end of what is known at which the next page is asked for. */
const AHEAD = 60;

/** Pages that rows in sight are on: the first always, since what is new comes there, and the next one before it is needed. */
export function pagesFor(chain: Chain, first: number, last: number): number[] {
  const known = total(chain);
  const wanted = new Set([0]);
  const from = placeOf(chain, Math.min(first, Math.max(known - 1, 0)))?.page ?? 0;
  const to = placeOf(chain, Math.min(last, Math.max(known - 1, 0)))?.page ?? 0;
  for (let page = from; page <= to; page++) wanted.add(page);
  if (!chain.isWhole && last >= known - AHEAD) wanted.add(chain.cursors.length - 1);
  return [...wanted];
}
