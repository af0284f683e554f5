"""Levels: where a trade on the signal is wrong, and where it has gone as far as it can be asked to.

    stop      the nearest to the entry of: 1.5 ATR · half a percent of the entry beyond the Bollinger band on the losing
              side · 3 % of the entry; those nearer than 0.5 % or farther than 8 % do not count
    target    2.5 × the risk, or half a percent of the entry before the band on the winning side where that is nearer;
              with less than 1 × the risk to that band there is no room, and no target
    prices    as traded on the bar's day

A band that the price has already crossed limits nothing. A seller's levels are a buyer's mirrored about the entry. The
farther the band on the winning side, the higher the reward, up to 2.5 × the risk.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Self

from tapehawk.analysis.part import Bar, On, Part, Seen, sign_of
from tapehawk.core.columns import close, raw
from tapehawk.core.errors import NoData
from tapehawk.core.expr import Expr
from tapehawk.core.indicators import atr, bollinger

HISTORY: Final = 20
ATR_MULTIPLE, SHARE_OF_ENTRY, BUFFER = 1.5, 0.03, 0.005
NEAREST, FARTHEST = 0.005, 0.08
REWARD, LEAST_REWARD = 2.5, 1.0
_LOSING: Final = {1: "beyond the lower band", -1: "beyond the upper band"}
_WINNING: Final = {1: "before the upper band", -1: "before the lower band"}


@dataclass(frozen=True)
class Levels(Part):
    """Stop and target of a signal, with the reason for each."""

    name: ClassVar[str] = "sl_tp"
    timeframe: str = "1d"

    @classmethod
    def of_signals_on(cls, timeframe: str) -> Self:
        """Find levels on the signal's own bars."""
        return cls(timeframe)

    def inputs(self) -> Mapping[On, Mapping[str, Expr]]:
        """Return the close, adjusted and as traded, the bands and the range."""
        bands = bollinger(20, 2.0)
        values = {"close": close, "traded": raw.close, "atr": atr(14), "upper": bands.upper, "lower": bands.lower}
        return {On(self.timeframe): values}

    def answer(self, side: str, seen: Seen) -> Mapping[str, Any]:
        """Return entry, stop and target as traded, their distances in ATR and percent, and reward over risk."""
        bar = seen.need(On(self.timeframe), HISTORY)
        sign, entry, traded, unit = sign_of(side), bar["close"], bar["traded"], bar["atr"]
        if not (entry > 0.0 and traded > 0.0 and unit > 0.0):
            raise NoData("no price, or no range to measure distances by")
        risk, because = _risk(sign, bar)
        ratio, why = _reward(sign, bar, risk)
        room, reward, factor = ratio >= LEAST_REWARD, ratio * risk, traded / entry
        return {
            "side": str(side),
            "entry": traded,
            "stop": traded - sign * risk * factor,
            "stop_reason": because,
            "stop_atr": risk / unit,
            "stop_pct": 100.0 * risk / entry,
            "target": traded + sign * reward * factor if room else None,
            "target_reason": why if room else f"no room: {ratio:.2f} × the risk {why}",
            "target_atr": reward / unit if room else None,
            "target_pct": 100.0 * reward / entry if room else None,
            "reward_risk": ratio,
            "support": bar["lower"] * factor,
            "resistance": bar["upper"] * factor,
            "atr": unit * factor,
        }


def _risk(sign: int, at: Bar) -> tuple[float, str]:
    """Return the distance of the stop and its reason; 3 % of the entry always counts."""
    entry, band = at["close"], at["lower"] if sign > 0 else at["upper"]
    candidates = (
        (ATR_MULTIPLE * at["atr"], "1.5 ATR"),
        (sign * (entry - band) + BUFFER * entry, _LOSING[sign]),
        (SHARE_OF_ENTRY * entry, "3 % of the entry"),
    )
    return min(one for one in candidates if NEAREST * entry < one[0] < FARTHEST * entry)


def _reward(sign: int, at: Bar, risk: float) -> tuple[float, str]:
    """Return the distance of the target over the risk, and its reason; 0 where the band is too near to stop before."""
    entry, band = at["close"], at["upper"] if sign > 0 else at["lower"]
    ahead = sign * (band - entry)
    if ahead <= 0.0:
        return REWARD, "2.5 × the risk, with the band behind"
    ratio = max(ahead - BUFFER * entry, 0.0) / risk
    return (ratio, _WINNING[sign]) if ratio < REWARD else (REWARD, "2.5 × the risk")
