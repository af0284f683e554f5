"""Confluence: the same question on each timeframe's last closed bar, and how many of them agree.

    BUY     short momentum > 0, RSI14 > 45 and MACD histogram > 0
    SELL    short momentum < 0, RSI14 < 55 and MACD histogram < 0
    HOLD    else

It is the quick scan's question: its stronger signals are all among these. The share is that of the timeframes that
answered whose vote is the signal's side; a HOLD is counted for the side with more votes. STRONG is 75 % or more of at
least three, MODERATE 60 % or more, else WEAK, and a tie is WEAK. A timeframe whose bars end sessions before the others'
has no vote. With fewer than two timeframes there is nothing to agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from tapehawk.analysis.part import HOLD, LATE_SESSIONS, Bar, On, Part, Seen, unavailable
from tapehawk.core.columns import close
from tapehawk.core.errors import NoData
from tapehawk.core.expr import Expr
from tapehawk.core.horizons import HORIZONS
from tapehawk.core.indicators import atr, macd, rsi
from tapehawk.core.scanner import BUY, SELL

TIMEFRAMES: Final = ("5m", "1h", "1d", "1w")
LEAST, LEAST_OF_STRONG = 2, 3
STRONG, MODERATE = 0.75, 0.60


@dataclass(frozen=True)
class Confluence(Part):
    """How many timeframes agree with the signal."""

    name: ClassVar[str] = "confluence"
    timeframes: tuple[str, ...] = TIMEFRAMES

    def inputs(self) -> Mapping[On, Mapping[str, Expr]]:
        """Return what decides the vote, moves in ATR, on each timeframe."""
        return {On(timeframe): _inputs(timeframe) for timeframe in self.timeframes}

    def answer(self, side: str, seen: Seen) -> Mapping[str, Any]:
        """Return the strength, the share, the votes counted, and every timeframe's vote or why it has none."""
        each = {timeframe: _asked(timeframe, seen) for timeframe in self.timeframes}
        votes = [one["vote"] for one in each.values() if one["available"]]
        if len(votes) < LEAST:
            said = "; ".join(f"{timeframe}: {one['reason']}" for timeframe, one in each.items() if not one["available"])
            raise NoData(f"{len(votes)} of at least {LEAST} timeframes answer ({said})")
        counted = {vote: votes.count(vote) for vote in (str(BUY), str(SELL), HOLD)}
        about = side if side in (BUY, SELL) else _leading(counted)
        share = (counted[BUY] if about == HOLD else counted[str(about)]) / len(votes)
        return {
            "side": str(about),
            "strength": _strength(share, counted, len(votes)),
            "share": share,
            "votes": counted,
            "timeframes": each,
        }


def _inputs(timeframe: str) -> Mapping[str, Expr]:
    unit = atr(14)
    return {
        "momentum_short_atr": (close - close[HORIZONS[timeframe].short]) / unit,
        "rsi": rsi(14),
        "macd_histogram_atr": macd(12, 26, 9).histogram / unit,
    }


def _asked(timeframe: str, seen: Seen) -> Mapping[str, Any]:
    """Return one timeframe's vote with its inputs, or why it has none."""
    try:
        bar = seen.need(On(timeframe), HORIZONS[timeframe].history)
        vote = _vote(bar)
    except NoData as lacking:
        return unavailable(lacking.message)
    if bar.lag >= LATE_SESSIONS:
        return unavailable(f"its bars end {bar.lag} sessions before those of other timeframes")
    return {"available": True, "vote": vote, "as_of": bar.known_at, **{name: bar[name] for name in bar.values}}


def _vote(bar: Bar) -> str:
    momentum, strength, histogram = bar["momentum_short_atr"], bar["rsi"], bar["macd_histogram_atr"]
    if momentum > 0 and strength > 45.0 and histogram > 0:
        return str(BUY)
    if momentum < 0 and strength < 55.0 and histogram < 0:
        return str(SELL)
    return HOLD


def _leading(counted: Mapping[str, int]) -> str:
    """Return the side with more votes, HOLD in a tie."""
    if counted[BUY] == counted[SELL]:
        return HOLD
    return str(BUY if counted[BUY] > counted[SELL] else SELL)


def _strength(share: float, counted: Mapping[str, int], asked: int) -> str:
    if counted[BUY] == counted[SELL]:
        return "WEAK"
    if share >= STRONG and asked >= LEAST_OF_STRONG:
        return "STRONG"
    return "MODERATE" if share >= MODERATE else "WEAK"
