import { label as readable } from "./format";

/** What must be known of data, in words, amber, always in sight. */
export function Labels({ labels }: { labels: readonly string[] }) {
  return labels.map((one) => (
    <span key={one} className="label">
      {readable(one)}
    </span>
  ));
}

/** A share of 100 as a bar with its number. */
export function Bar({ value, side = "" }: { value: number | null | undefined; side?: string }) {
  if (value === null || value === undefined) return <span className="quiet">–</span>;
  return (
    <span className={`bar ${side}`}>
      <i style={{ backgroundSize: `${Math.max(0, Math.min(100, value))}% 100%` }} />
      {Math.round(value)}
    </span>
  );
}

/** A part that is not there yet: a quiet ring. */
export function Ring() {
  return (
    <span className="ring" role="img" aria-label="being analysed">
      ◌
    </span>
  );
}

export function Side({ direction }: { direction: string }) {
  const way = direction === "BUY" ? "up" : direction === "SELL" ? "down" : "quiet";
  return <span className={`side ${way}`}>{direction === "NONE" ? "–" : direction}</span>;
}
