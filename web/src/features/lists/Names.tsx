import { Link } from "@tanstack/react-router";
import type { Portfolio } from "@/client";

interface Props {
  shown?: string;
  watched?: number;
  portfolios?: readonly Portfolio[];
  make?: () => void;
}

/** The lists there are: the watchlist first, then portfolios. */
export function Names({ shown, watched, portfolios, make }: Props) {
  return (
    <nav className="names" aria-label="Lists">
      <header>
        <h2>Lists</h2>
        {make && (
          <button type="button" className="plain accent" onClick={make}>
            + portfolio
          </button>
        )}
      </header>
      <ul>
        <li>
          <Link to="/lists" className={shown ? "" : "on"} aria-current={shown ? undefined : "true"}>
            <span>Watchlist</span> <span className="quiet">{watched}</span>
          </Link>
        </li>
        {portfolios?.map(({ id, name, symbols }) => (
          <li key={id}>
            <Link to="/lists" search={{ list: id }} className={shown === id ? "on" : ""} aria-current={shown === id ? "true" : undefined}>
              <span>{name}</span> <span className="quiet">{symbols.length}</span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
