import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { problemOf } from "@/service/problem";
import { Empty } from "@/shared/Empty";

/** A symbol that nothing is stored of: what may be meant, and how its bars get here. */
export function Unknown({ symbol, error }: { symbol: string; error: unknown }) {
  const nearest = nearestOf(error);
  return (
    <>
    <h1 className="hidden">{symbol}</h1>
    <Empty
      title={`No bars of ${symbol} are stored`}
      action={
        <Button size="xs" variant="default" onClick={() => document.querySelector<HTMLInputElement>("#search")?.focus()}>
          Search a symbol
        </Button>
      }
    >
      {nearest.length > 0 ? (
        <>
          Did you mean{" "}
          {nearest.map((one, index) => (
            <span key={one}>
              {index > 0 && " or "}
              <Link to="/symbol/$" params={{ _splat: one }}>
                {one}
              </Link>
            </span>
          ))}
          ?{" "}
        </>
      ) : (
        `${problemOf(error).detail}. `
      )}
      A chart, what is known of the symbol and its signals would stand here. <code>scanner sync</code> fetches the symbols that your
      provider has, <code>scanner import</code> reads files; coins are written with a slash, as BTC/USDT.
    </Empty>
    </>
  );
}

/** Names near the one that was asked for, as the service says them. */
function nearestOf(error: unknown): string[] {
  const named = typeof error === "object" && error !== null && "nearest" in error ? error.nearest : [];
  return Array.isArray(named) ? named.filter((one): one is string => typeof one === "string") : [];
}
