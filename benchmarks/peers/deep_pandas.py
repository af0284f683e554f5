"""The deep analysis of one symbol as one writes it in pandas: whole columns of a frame, of which the last row counts.

A frame has open, high, low, close and volume, one row a closed bar.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

PERIODS = {"5m": (5, 20), "1h": (4, 12), "1d": (7, 30), "1w": (4, 12)}


def analysis(bars: Mapping[str, pd.DataFrame], side: str) -> dict[str, Any]:
    """Return score, regime, levels and confluence for a side, from 5m, 1h, 1d and 1w bars."""
    day = bars["1d"]
    return {
        "score": score(day, side),
        **dict(zip(("regime", "confidence", "volatility"), regime(day), strict=True)),
        **dict(zip(("stop", "target", "reward_risk"), levels(day, side), strict=True)),
        "strength": confluence(bars, side),
    }


def wilder(x: pd.Series, n: int = 14) -> pd.Series:
    """Wilder's average, seeded with the mean of the first n values."""
    x = x.dropna()
    seed = pd.Series([x.iloc[:n].mean()], index=[x.index[n - 1]])
    return pd.concat([seed, x.iloc[n:]]).ewm(alpha=1 / n, adjust=False).mean()


def rsi(close: pd.Series) -> pd.Series:
    """Return Wilder's relative strength index."""
    change = close.diff().dropna()
    return 100 - 100 / (1 + wilder(change.clip(lower=0)) / wilder(-change.clip(upper=0)))


def true_range(df: pd.DataFrame) -> pd.Series:
    """Return the range with the gap from the close before."""
    last = df["close"].shift()
    spans = pd.concat([df["high"] - df["low"], (df["high"] - last).abs(), (df["low"] - last).abs()], axis=1)
    return spans.max(axis=1)


def adx(df: pd.DataFrame) -> pd.Series:
    """Return Wilder's average directional index."""
    up, down = df["high"].diff(), -df["low"].diff()
    plus = up.where((up > down) & (up > 0), 0.0).iloc[1:]
    minus = down.where((down > up) & (down > 0), 0.0).iloc[1:]
    average = wilder(true_range(df).iloc[1:])
    plus, minus = 100 * wilder(plus) / average, 100 * wilder(minus) / average
    return wilder(100 * (plus - minus).abs() / (plus + minus))


def histogram(close: pd.Series) -> pd.Series:
    """Return MACD less its signal line."""
    line = close.ewm(span=12, adjust=False).mean() - close.ewm(span=26, adjust=False).mean()
    return line - line.ewm(span=9, adjust=False).mean()


def score(df: pd.DataFrame, side: str) -> float:
    """Return the opportunity score."""
    close, buy = df["close"], side == "BUY"
    sign, unit = (1 if buy else -1), wilder(true_range(df)).iloc[-1]
    middle, width = close.rolling(20).mean().iloc[-1], 2 * close.rolling(20).std(ddof=0).iloc[-1]
    low, high = df["low"].rolling(14).min().iloc[-1], df["high"].rolling(14).max().iloc[-1]
    strength, short, long = rsi(close), *PERIODS["1d"]
    r = strength.iloc[-1] if buy else 100 - strength.iloc[-1]
    b = 0.5 + sign * (close.iloc[-1] - middle) / (2 * width)
    k = 50 + sign * (100 * (close.iloc[-1] - low) / (high - low) - 50)
    ms, ml = (sign * (close.iloc[-1] - close.iloc[-1 - n]) / unit for n in (short, long))
    volume = df["volume"].iloc[-1] / df["volume"].iloc[-21:-1].mean()
    average = close.ewm(span=21, adjust=False).mean()
    slope = np.clip(sign * (average.iloc[-1] - average.iloc[-21]) / unit, -1, 1)
    before = close.iloc[-21:-1]
    place = 1.0 if close.iloc[-1] > before.max() else 0.0 if close.iloc[-1] < before.min() else 0.5
    m = sign * histogram(close).iloc[-1] / unit
    parts = (
        0.25 * np.select([r < 30, r < 45, r < 55, r < 70], [0.3, 1.0, 0.8, 0.5], 0.2)
        + 0.20 * np.select([b < 0.3, b < 0.5, b < 0.7], [1.0, 0.9, 0.6], 0.2)
        + 0.15 * np.select([k < 20, k < 40, k < 60, k < 80], [1.0 if ml > 0 else 0.3, 0.9, 0.7, 0.4], 0.1)
        + 0.15 * momentum(ms, ml)
        + 0.10 * np.select([volume > 1.5, volume > 1.2, volume > 0.8], [1.0 if r < 55 else 0.3, 0.8, 0.6], 0.4)
        + 0.10 * (0.2 * (slope + 1) + 0.4 * min(adx(df).iloc[-1] / 50, 1) + 0.2 * (place if buy else 1 - place))
        + 0.05 * (1.0 if ml > 0 and -0.25 < m < 0 else (0.7 if m < 0.5 else 0.3) if m > 0 else 0.5)
    )
    turning = sign * (strength.iloc[-1] - strength.iloc[-10]) < 0 < sign * (close.iloc[-1] - close.iloc[-10])
    return float(100 * parts * (0.5 if turning else 1))


def momentum(ms: float, ml: float) -> float:
    """Return the part of the score that is momentum."""
    if ml > 0.1:
        return 1.0 if -0.5 < ms < 0.2 else 0.4 if ms > 0.5 else 0.6
    return (1.0 if -0.2 < ms < 0.5 else 0.5) if ml < -0.1 else 0.5


def regime(df: pd.DataFrame) -> tuple[str, float, str]:
    """Return label, confidence and volatility."""
    close = df["close"]
    e20, e50, e200 = (close.ewm(span=n, adjust=False).mean().iloc[-1] for n in (20, 50, 200))
    c = close.iloc[-1]
    ups = sum((c > e20, c > e50, c > e200, e20 > e50, e50 > e200))
    strength, gain = adx(df).iloc[-1], 100 * (c / close.iloc[-21] - 1)
    spread = 100 * close.rolling(20).std(ddof=0).iloc[-1] / close.rolling(20).mean().iloc[-1]
    atr_pct = 100 * wilder(true_range(df)).iloc[-1] / c
    volatility = "low" if atr_pct < 1.5 else "medium" if atr_pct < 3.5 else "high"
    if strength < 20 and spread < 3:
        return "sideways", min(100, 5 * (20 - strength) + 10 * (3 - spread)) / 100, volatility
    if ups >= 4:
        return "bull", min(100, 20 * ups + max(gain, 0)) / 100, volatility
    if ups <= 1:
        return "bear", min(100, 20 * (5 - ups) + max(-gain, 0)) / 100, volatility
    return ("bull" if ups == 3 else "bear"), 0.45, volatility


def levels(df: pd.DataFrame, side: str) -> tuple[float, float | None, float]:
    """Return stop, target and reward over risk."""
    c, sign = df["close"].iloc[-1], 1 if side == "BUY" else -1
    unit = wilder(true_range(df)).iloc[-1]
    middle, width = df["close"].rolling(20).mean().iloc[-1], 2 * df["close"].rolling(20).std(ddof=0).iloc[-1]
    losing, winning = middle - sign * width, middle + sign * width
    risk = min(d for d in (1.5 * unit, sign * (c - losing) + 0.005 * c, 0.03 * c) if 0.005 < d / c < 0.08)
    ahead = sign * (winning - c)
    ratio = min(2.5, max(ahead - 0.005 * c, 0) / risk) if ahead > 0 else 2.5
    return c - sign * risk, (c + sign * ratio * risk if ratio >= 1 else None), ratio


def confluence(bars: Mapping[str, pd.DataFrame], side: str) -> str:
    """Say how strongly the timeframes agree."""
    votes = [vote(df, PERIODS[name][0]) for name, df in bars.items()]
    share = votes.count(side) / len(votes)
    if votes.count("BUY") == votes.count("SELL"):
        return "WEAK"
    return "STRONG" if share >= 0.75 and len(votes) >= 3 else "MODERATE" if share >= 0.6 else "WEAK"


def vote(df: pd.DataFrame, short: int) -> str:
    """Return one timeframe's vote."""
    move, strength = df["close"].iloc[-1] - df["close"].iloc[-1 - short], rsi(df["close"]).iloc[-1]
    turn = histogram(df["close"]).iloc[-1]
    if move > 0 and strength > 45 and turn > 0:
        return "BUY"
    return "SELL" if move < 0 and strength < 55 and turn < 0 else "HOLD"
