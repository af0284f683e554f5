"""From a hit to a signal: levels, confidence, size.

A hit is a fact, the same for everyone. A signal adds what one account would do about it:

    R           entry - stop, per share     target1 = entry + R, target2 = entry + 2 R   (a short mirrors by itself)
    confidence  base × 1.25 (volume ≥ 1.5 × the mean of the 20 bars before) × 1.15 (EMA20 on the trade's side of EMA50)
                × 1.10 (RSI14 in (40, 70) for BUY, (30, 60) for SELL), at most 200, halved: 0–100, no probability
    size        account × per-trade risk × the phase's multiplier ÷ |entry - stop|, at most 10 % of the account by value
                and 1 % of the mean volume of the 20 bars before, whole shares (crypto: whole lots)

Everything here works on arrays, one element a hit; null is NaN. Prices are as traded on the bar's day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from tapehawk.core.columns import close, raw, volume
from tapehawk.core.expr import Expr
from tapehawk.core.indicators import atr, ema, rsi, rvol, sma
from tapehawk.core.panel import Flags, Floats
from tapehawk.core.phase_risk import RISK_BY_PHASE
from tapehawk.core.scanner import AT_OPEN, BUY, NONE, Setup

FACTORS: Final = {"volume": 1.25, "trend": 1.15, "rsi": 1.10}
HIGHEST_RAW_CONFIDENCE = 200.0
LARGEST_SHARE_OF_ACCOUNT, LARGEST_SHARE_OF_VOLUME = 0.10, 0.01
OWN: Final = "own."  # prefix of the columns a scanner shows, so that they never meet those below


@dataclass(frozen=True)
class Risk:
    """What one account risks: its size, the share of it that a trade may lose, and how much of that in each phase."""

    account_size: float = 100_000.0
    per_trade: float = 0.01
    by_phase: Mapping[str, float] = field(default_factory=lambda: RISK_BY_PHASE)


@dataclass(frozen=True, eq=False)
class Budget:
    """What a trade may use: the dollars it may lose (one element a hit), the account's size, the smallest quantity."""

    to_lose: Floats
    account_size: float
    lot: float = 1.0

    @classmethod
    def of(cls, risk: Risk, phases: list[str], lot: float = 1.0) -> Budget:
        """Return the budget of hits in these phases of the trading day."""
        multiplier = np.array([risk.by_phase[phase] for phase in phases], dtype=np.float64)
        return cls(risk.account_size * risk.per_trade * multiplier, risk.account_size, lot)


def signal_columns(setup: Setup) -> dict[str, Expr]:
    """Return what must be known of a hit: levels, volume, the confidence factors, and the scanner's own columns.

    Of a setup that is known at the open, volume, ATR and whatever else needs the bar's close are those of the bar
    before.
    """
    ago = 1 if setup.known == AT_OPEN else 0
    columns = {
        "entry": setup.entry,
        "adjusted": close,
        "traded": raw.close,
        "volume": volume[ago] if ago else raw.volume,
        "dollar_volume": (close * volume)[ago],
        "atr": atr(14)[ago],
        "rvol": rvol(20)[ago],
        "usual_volume": sma(volume, 20)[1],
    }
    if setup.stop is not None:
        columns["stop"] = setup.stop
    if setup.score is not None:
        columns["score"] = setup.score
    if setup.base is not None:
        columns |= {f"factor.{name}": x[ago] for name, x in confidence_factors(setup).items()}
    return columns | {OWN + name: x for name, x in setup.show.items()}


def signal_powers(setup: Setup) -> dict[str, int]:
    """Return the power of the split factor in each column: what turns it into the values of the bar's day."""
    return {name: x.power for name, x in signal_columns(setup).items()}


def confidence_factors(setup: Setup) -> dict[str, Expr]:
    """Return the conditions that multiply a confidence, by name, for the setup's side; not those it says itself."""
    trend = ema(close, 20) > ema(close, 50) if setup.direction is BUY else ema(close, 20) < ema(close, 50)
    low, high = (40, 70) if setup.direction is BUY else (30, 60)
    strength = rsi(14)
    factors = {"trend": trend, "rsi": (strength > low) & (strength < high)}
    every = {"volume": rvol(20) >= 1.5, **factors}
    return {name: x for name, x in every.items() if name not in setup.says}


def confidence(base: float, columns: Mapping[str, Floats]) -> tuple[Floats, list[list[str]]]:
    """Return the confidence of each hit and the names of the factors that applied (an unknown factor does not)."""
    count = columns["entry"].size
    total: Floats = np.full(count, float(base))
    applied: list[list[str]] = [[] for _ in range(count)]
    for name, multiplier in FACTORS.items():
        true = columns.get(f"factor.{name}", np.zeros(count)) == 1.0
        total = np.where(true, total * multiplier, total)
        for i in np.flatnonzero(true):
            applied[i].append(name)
    return np.minimum(total, HIGHEST_RAW_CONFIDENCE) / 2.0, applied


def valid_levels(direction: str, entry: Floats, stop: Floats) -> Flags:
    """Say which hits have levels that make sense: finite, not equal, the stop on the losing side."""
    if direction == NONE:
        return np.ones(entry.size, dtype=bool)
    risk = entry - stop if direction == BUY else stop - entry
    ok: Flags = np.isfinite(entry) & np.isfinite(stop) & (risk > 0) & (stop > 0)
    return ok


def targets(entry: Floats, stop: Floats) -> tuple[Floats, Floats]:
    """Return the prices one and two R beyond the entry."""
    return entry + (entry - stop), entry + 2.0 * (entry - stop)


def position_size(entry: Floats, stop: Floats, usual_volume: Floats, budget: Budget) -> tuple[Floats, list[str | None]]:
    """Return shares (or whole multiples of the lot), and where that is 0 the first reason for it, else None."""
    unit = "one share" if budget.lot == 1.0 else "one lot"
    most = {
        "risk per share exceeds the budget": budget.to_lose / np.abs(entry - stop),
        f"10 % of the account is less than {unit}": budget.account_size * LARGEST_SHARE_OF_ACCOUNT / entry,
        "usual volume unknown": np.where(np.isnan(usual_volume), 0.0, np.inf),
        f"1 % of usual volume is less than {unit}": np.nan_to_num(usual_volume, nan=0.0) * LARGEST_SHARE_OF_VOLUME,
    }
    # A hair more than a whole number of lots is meant: 0.3 / 0.1 is 2.9999999999999996.
    lots = {reason: np.floor(quantity / budget.lot + 1e-12) for reason, quantity in most.items()}
    size: Floats = np.minimum.reduce(list(lots.values())) * budget.lot
    reasons: list[str | None] = [None] * size.size
    for i in np.flatnonzero(size <= 0):
        reasons[i] = next(reason for reason, quantity in lots.items() if quantity[i] <= 0)
    return size, reasons


def resized(rows: Sequence[Mapping[str, Any]], risk: Risk, lot: float = 1.0) -> list[dict[str, Any]]:
    """Return rows as another account would trade them: hits are everybody's, sizes are one's own.

    The usual volume is read back from a row's volume and rvol, of which it is the ratio; to twelve digits, so that a
    whole number of shares stays one. Rows without a side stay as they are.
    """
    sided = [row for row in rows if row["direction"] != NONE and row["stop"] is not None]
    if not sided:
        return [dict(row) for row in rows]
    entry, stop, volume_, ratio = (
        np.array([np.nan if row[name] is None else row[name] for row in sided], dtype=np.float64)
        for name in ("entry", "stop", "volume", "rvol")
    )
    usual = np.array([float(f"{one:.12g}") for one in volume_ / np.where(ratio > 0, ratio, np.nan)])
    size, reasons = position_size(entry, stop, usual, Budget.of(risk, [row["phase"] for row in sided], lot))
    amounts = (size * np.abs(entry - stop)).tolist()
    sizes = iter(zip(size.tolist(), reasons, amounts, strict=True))
    named = ("position_size", "size_reason", "risk_amount")
    return [
        {**row, **dict(zip(named, next(sizes), strict=True))}
        if row["direction"] != NONE and row["stop"] is not None
        else dict(row)
        for row in rows
    ]
