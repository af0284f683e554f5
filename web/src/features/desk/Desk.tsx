import "./desk.css";
import { Market } from "./Market";
import { Tape } from "./Tape";
import { Watchlist } from "./Watchlist";

/** One glance: what is watched, what is signalled, how the market is. */
export function Desk() {
  return (
    <div className="desk">
      <h1 className="hidden">Desk</h1>
      <Watchlist />
      <Tape />
      <Market />
    </div>
  );
}
