"""`lc` as traders write it in pandas: grouped transforms, one column after another."""

from __future__ import annotations

import numpy as np
import pandas as pd

PATTERNS = ("lc_frontside_d2_extended", "lc_frontside_d2_extended_1", "lc_frontside_d3_extended_1")
BOUNDS = (15, 25, 50, 90)


def scan(df: pd.DataFrame, since: pd.Timestamp) -> pd.DataFrame:
    """Return one row a hit, with the shown columns."""
    conditions(df)
    hit = df[(df["date"] >= since) & df[list(PATTERNS)].any(axis=1)]
    some = df[df["symbol"].isin(hit["symbol"].unique())].copy()
    shown(some)
    return some.loc[hit.index]


def tier(df: pd.DataFrame, *values: float) -> np.ndarray:
    """Return the value of the price's tier."""
    return np.select([df["close"] < bound for bound in BOUNDS], values[:4], values[4])


def conditions(df: pd.DataFrame) -> None:
    """Add the columns the patterns need, and the patterns."""
    g = df.groupby("symbol", sort=False)
    for name in ("open", "high", "low", "close", "volume"):
        for k in (1, 2):
            df[f"{name[0]}{k}"] = g[name].shift(k)
    df["dol"] = df["close"] * df["volume"]
    for k in range(1, 6):
        df[f"dol{k}"] = g["dol"].shift(k)
    for n in (9, 20, 50):
        df[f"ema{n}"] = g["close"].transform(lambda x, n=n: x.ewm(span=n, adjust=False).mean())
    df["hh20"] = g["high"].transform(lambda x: x.rolling(20).max())
    df["hh5"] = g["high"].transform(lambda x: x.rolling(5).max())
    df["ll20"] = g["low"].transform(lambda x: x.rolling(20).min())
    df["tr"] = np.fmax(df["high"] - df["low"], np.fmax((df["high"] - df["c1"]).abs(), (df["low"] - df["c1"]).abs()))
    df["atr"] = g["tr"].transform(lambda x: x.rolling(14).mean().shift(1))
    for name, k in (("hh20", 1), ("hh20", 2), ("ll20", 1), ("hh5", 1), ("ema9", 1), ("ema20", 1)):
        df[f"{name}_{k}"] = g[name].shift(k)
    df["bar"] = g.cumcount()
    patterns(df)


def patterns(df: pd.DataFrame) -> None:
    """Add the three patterns."""
    o, h, lo, c, v, atr = df["open"], df["high"], df["low"], df["close"], df["volume"], df["atr"]
    gain, gain1 = h / df["c1"] - 1, df["h1"] / df["c2"] - 1
    liquid = (v >= 10_000_000) & (df["dol"] >= 500_000_000) & (c >= 5) & (df["bar"] >= 50)
    trend = (h >= df["hh20"]) & (df["ema9"] >= df["ema20"]) & (df["ema20"] >= df["ema50"])
    five = df["dol1"] + df["dol2"] + df["dol3"] + df["dol4"] + df["dol5"]
    second = (
        liquid & trend & (h >= df["h1"]) & (lo >= df["l1"]) & (c >= o) & ((h - o) / atr >= 1.5)
        & (df["hh5_1"] / df["ll20_1"] - 1 >= tier(df, 2.5, 2.0, 1.5, 1.0, 0.75))
        & ((h - df["ema9"]) / atr >= 2) & ((h - df["ema20"]) / atr >= 3) & ((h - df["hh20_1"]) / atr >= 1)
        & (five >= 500_000_000)
    )  # fmt: skip
    df[PATTERNS[0]] = second & (gain >= tier(df, 0.5, 0.3, 0.2, 0.15, 0.1)) & ((lo - df["ema9"]) / atr >= 1)
    df[PATTERNS[1]] = second & (gain >= tier(df, 1.0, 0.5, 0.3, 0.2, 0.15))
    both = tier(df, 0.3, 0.2, 0.1, 0.07, 0.05)
    df[PATTERNS[2]] = (
        liquid & trend & (h >= df["h1"]) & (df["h1"] >= df["h2"]) & (lo >= df["l1"]) & (df["l1"] >= df["l2"])
        & (gain >= both) & (gain1 >= both) & (h / df["ll20"] - 1 >= tier(df, 2.5, 2.0, 1.5, 1.0, 0.75))
        & (c >= o) & (df["c1"] >= df["o1"]) & ((h - o) / atr >= 1) & ((df["h1"] - df["o1"]) / atr >= 0.7)
        & ((h - df["ema9"]) / atr >= 1.5) & ((df["h1"] - df["ema9_1"]) / atr >= 1.5)
        & ((h - df["ema20"]) / atr >= 2) & ((df["h1"] - df["ema20_1"]) / atr >= 2)
        & (df["v1"] >= 10_000_000) & (df["dol1"] >= 100_000_000) & ((h - df["hh20_2"]) / atr >= 2.5)
    )  # fmt: skip


def shown(df: pd.DataFrame) -> None:
    """Add the shown columns (to the symbols that hit)."""
    g = df.groupby("symbol", sort=False)
    o, h, lo, c, v, atr = df["open"], df["high"], df["low"], df["close"], df["volume"], df["atr"]
    c3, h3 = g["close"].shift(3), g["high"].shift(3)
    df["ema200"] = g["close"].transform(lambda x: x.ewm(span=200, adjust=False).mean())
    df["rvol"] = v / g["volume"].transform(lambda x: x.rolling(5).mean().shift(1))
    rvol1 = g["rvol"].shift(1)
    gap1, gap2 = (df["o1"] - df["c2"]) / atr, (df["o2"] - c3) / atr
    rise, stretch = (df["h1"] - df["o1"]) / atr, (df["h1"] - df["ema9_1"]) / atr
    first = (df["c1"] > df["c2"]) & (df["c1"] > df["o1"]) & (df["h1"] > df["h2"])
    second = (df["c2"] > c3) & (df["c2"] > df["o2"]) & (df["h2"] > h3)
    wider = ((df["h1"] - df["l1"]) > (df["h2"] - df["l2"])) & ((df["h2"] - df["o2"]) / atr >= 0.5)
    gapped = gap1 >= 0.3
    burst = np.select(
        [
            first & second & wider & gapped,
            first & second & wider,
            first & second,
            (first | second) & wider & gapped,
            first | second,
        ],
        [20, 17.5, 15, 12.5, 10],
        0,
    )
    score = (
        np.select([rise >= 3, rise >= 2, rise >= 1, rise >= 0.5], [20, 18, 15, 12], 0)
        + np.select([stretch >= 4, stretch >= 3, stretch >= 2, stretch >= 1], [30, 25, 20, 15], 0)
        + burst
        + np.select([rvol1 >= 2, rvol1 >= 1.5, rvol1 >= 1, rvol1 >= 0.5], [10, 8, 5, 2], 0)
        + np.select([gap1 >= 0.5, gap1 >= 0.3, gap1 >= 0.1], [15, 10, 5], 0)
        + np.where((gap1 >= 0.3) & (gap2 >= 0.3), 5, 0)
    )
    df["parabolic_score"] = np.minimum(score, 100)
    df["gap_pct"], df["dollar_volume"], df["close_range"] = o / df["c1"] - 1, df["dol"], (c - lo) / (h - lo)
    df["high_chg_atr"], df["dist_h_9ema_atr"], df["dist_h_20ema_atr"] = (
        (h - o) / atr,
        (h - df["ema9"]) / atr,
        (h - df["ema20"]) / atr,
    )
