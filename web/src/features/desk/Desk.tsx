import { Market } from "./Market";
import { Tape } from "./Tape";
import { Watchlist } from "./Watchlist";

/** One glance: what is watched, what is signalled, how the market is. */
export function Desk() {
  return (
    <div className="desk">
      <Watchlist />
      <Tape />
      <Market />
    </div>
  );
}
