"""From a hit to a signal: levels, confidence, size.

A hit is a fact, the same for everyone. A signal adds what one account would do about it:

    R           entry - stop, per share          target1 = entry + R, target2 = entry + 2 R   (a short mirrors by itself)
    confidence  base × 1.25 (volume ≥ 1.5 × the mean of the 20 bars before) × 1.15 (EMA20 on the trade's side of EMA50)
                × 1.10 (RSI14 in (40, 70) for BUY, (30, 60) for SELL), at most 200, halved: 0–100, a score and no probability
    size        account × per-trade risk × the phase's multiplier ÷ |entry - stop|, at most 10 % of the account by value and
                1 % of the mean volume of the 20 bars before, whole shares (crypto: whole lots)

Everything here works on arrays, one element a hit; null is NaN. Prices are as traded on the bar's day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from tapehawk.core.columns import close, raw, volume
from tapehawk.core.expr import Expr
from tapehawk.core.indicators import atr, ema, rsi, rvol, sma
from tapehawk.core.panel import Floats
from tapehawk.core.scanner import AT_OPEN, BUY, NONE, Setup

VOLUME_FACTOR, TREND_FACTOR, RSI_FACTOR = 1.25, 1.15, 1.10
HIGHEST_RAW_CONFIDENCE = 200.0
LARGEST_SHARE_OF_ACCOUNT, LARGEST_SHARE_OF_VOLUME = 0.10, 0.01
RISK_BY_PHASE: Final = {"premarket": 0.7, "regular": 1.0, "after_hours": 0.5, "closed": 0.3, "continuous": 1.0}
OWN: Final = "own."  # prefix of the columns a scanner shows, so that they never meet those below


@dataclass(frozen=True)
class Risk:
    """What one account risks: its size and the share of it that a trade may lose."""

    account_size: float = 100_000.0
    per_trade: float = 0.01


def signal_columns(setup: Setup) -> dict[str, Expr]:
    """Return what must be known of a hit: levels, volume, the confidence factors, and the scanner's own columns."""
    bars_before = 1 if setup.known == AT_OPEN else 0
    columns = {
        "entry": setup.entry,
        "adjusted": close,
        "traded": raw.close,
        "volume": raw.volume,
        "dollar_volume": close * volume,
        "atr": atr(14),
        "rvol": rvol(20),
        "usual_volume": sma(volume, 20)[1],
    }
    if setup.stop is not None:
        columns["stop"] = setup.stop
    if setup.score is not None:
        columns["score"] = setup.score
    if setup.base is not None:
        factors = {f"factor.{name}": x[bars_before] for name, x in confidence_factors(setup).items()}
        columns |= factors
    return columns | {OWN + name: x for name, x in setup.show.items()}


def signal_powers(setup: Setup) -> dict[str, int]:
    """Return the power of the split factor in each column: what turns it into the values of the bar's day."""
    return {name: x.power for name, x in signal_columns(setup).items()}


def confidence_factors(setup: Setup) -> dict[str, Expr]:
    """Return the conditions that multiply a confidence, by name, for the setup's side."""
    trend = ema(close, 20) > ema(close, 50) if setup.direction is BUY else ema(close, 20) < ema(close, 50)
    low, high = (40, 70) if setup.direction is BUY else (30, 60)
    strength = rsi(14)
    factors = {"trend": trend, "rsi": (strength > low) & (strength < high)}
    return factors if "volume" in setup.when else {"volume": rvol(20) >= 1.5, **factors}


_MULTIPLIERS: Final = {"volume": VOLUME_FACTOR, "trend": TREND_FACTOR, "rsi": RSI_FACTOR}


def confidence(base: float, columns: Mapping[str, Floats]) -> tuple[Floats, list[list[str]]]:
    """Return the confidence of each hit and the names of the factors that applied (an unknown factor does not)."""
    count = columns["entry"].size
    total, applied = np.full(count, base), [[] for _ in range(count)]  # type: tuple[Floats, list[list[str]]]
    for name, multiplier in _MULTIPLIERS.items():
        true = columns.get(f"factor.{name}", np.zeros(count)) == 1.0
        total = np.where(true, total * multiplier, total)
        for i in np.flatnonzero(true):
            applied[i].append(name)
    return np.minimum(total, HIGHEST_RAW_CONFIDENCE) / 2.0, applied


def valid_levels(direction: str, entry: Floats, stop: Floats) -> npt.NDArray[np.bool_]:
    """Say which hits have levels that make sense: finite, not equal, the stop on the losing side."""
    if direction == NONE:
        return np.ones(entry.size, dtype=bool)
    risk = entry - stop if direction == BUY else stop - entry
    ok: npt.NDArray[np.bool_] = np.isfinite(entry) & np.isfinite(stop) & (risk > 0) & (stop > 0)
    return ok


def position_size(
    entry: Floats, stop: Floats, usual_volume: Floats, phase_multiplier: Floats, risk: Risk, lot: float = 1.0
) -> Floats:
    """Return shares (or whole multiples of `lot`); an unknown usual volume allows none."""
    budget = risk.account_size * risk.per_trade * phase_multiplier
    wanted = budget / np.abs(entry - stop)
    capped = np.minimum(wanted, risk.account_size * LARGEST_SHARE_OF_ACCOUNT / entry)
    capped = np.minimum(capped, np.nan_to_num(usual_volume * LARGEST_SHARE_OF_VOLUME, nan=0.0))
    sized: Floats = np.floor(capped / lot + 1e-12) * lot
    return sized


def targets(entry: Floats, stop: Floats) -> tuple[Floats, Floats]:
    """Return the prices one and two R beyond the entry."""
    return entry + (entry - stop), entry + 2.0 * (entry - stop)
