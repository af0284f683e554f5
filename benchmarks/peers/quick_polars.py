"""The quick scan as a straightforward Polars program: the same columns of each symbol's last bar, in one expression."""

from __future__ import annotations

from typing import Final

import polars as pl

SHORT, LONG, TAU = 7, 30, 0.06  # daily bars
SETTLED: Final = 500
"""Bars after which no average remembers how it began."""
C, H, L, V = (pl.col(name) for name in ("close", "high", "low", "volume"))


def scan(frame: pl.DataFrame) -> pl.DataFrame:
    """Return symbol, grade, strength, rsi and macd (in ATR) of every symbol's last bar; sorted by symbol and date."""
    lazy = frame.lazy().with_columns(**{name: x.over("symbol") for name, x in _bars().items()})
    last = lazy.with_columns(**{name: x.over("symbol") for name, x in _on_bars().items()})
    judged = last.group_by("symbol", maintain_order=True).last().with_columns(**_verdict())
    return judged.select("symbol", "grade", _strength().alias("strength"), "rsi", "macd").collect()


def recent(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the last bars of each symbol, as many as averages need to settle."""
    return frame.group_by("symbol", maintain_order=True).tail(SETTLED)


def _wilder(x: pl.Expr) -> pl.Expr:
    return x.ewm_mean(alpha=1 / 14, adjust=False)


def _ema(x: pl.Expr, length: int) -> pl.Expr:
    return x.ewm_mean(span=length, adjust=False)


def _middle(length: int) -> pl.Expr:
    return (H.rolling_max(length) + L.rolling_min(length)) / 2


def _bars() -> dict[str, pl.Expr]:
    move = C.diff()
    before = C.shift(1)
    return {
        "short": C / C.shift(SHORT) - 1,
        "long": C / C.shift(LONG) - 1,
        "up": _wilder(pl.max_horizontal(move, pl.lit(0.0))),
        "down": _wilder(pl.max_horizontal(-move, pl.lit(0.0))),
        "atr": _wilder(pl.max_horizontal(H - L, (H - before).abs(), (L - before).abs())),
        "line": _ema(C, 12) - _ema(C, 26),
        "usual": V.rolling_mean(20).shift(1),
        "conversion": _middle(9),
        "base": _middle(26),
        "span_b": _middle(52).shift(26),
        "ema": _ema(C, 5) / _ema(C, 13) - 1,
    }


def _on_bars() -> dict[str, pl.Expr]:
    line = pl.col("line")
    return {
        "macd": (line - _ema(line, 9)) / pl.col("atr"),
        "rsi": 100 - 100 / (1 + pl.col("up") / pl.col("down")),
        "span_a": ((pl.col("conversion") + pl.col("base")) / 2).shift(26),
    }


def _verdict() -> dict[str, pl.Expr]:
    a, b = pl.col("span_a"), pl.col("span_b")
    fast, slow = pl.col("conversion"), pl.col("base")
    rising = (a < C) & (b < C) & (fast > slow) & (a > b)
    falling = (a > C) & (b > C) & (fast < slow) & (a < b)
    buy = _grade(pl.col("short"), pl.col("long"), pl.col("rsi"), pl.col("macd"), rising)
    sell = _grade(-pl.col("short"), -pl.col("long"), 100 - pl.col("rsi"), -pl.col("macd"), falling)
    return {"grade": buy - sell}


def _grade(short: pl.Expr, long: pl.Expr, rsi: pl.Expr, macd: pl.Expr, trend: pl.Expr) -> pl.Expr:
    weak = (short > 0) & (rsi > 45) & (macd > 0)
    usual = (short > TAU) & (rsi > 50) & (macd > 0)
    strong = usual & (short > 2 * TAU) & (long > TAU) & (rsi < 65) & trend.fill_null(value=False)
    return pl.when(strong).then(3).when(usual).then(2).when(weak).then(1).otherwise(0)


def _strength() -> pl.Expr:
    grade, rsi, volume = pl.col("grade"), pl.col("rsi"), V / pl.col("usual")
    short, long, macd = pl.col("short") / (2 * TAU), pl.col("long") / TAU, pl.col("macd") * 5
    net = 15 * short.clip(-1, 1) + 15 * long.clip(-1, 1) + 10 * macd.clip(-1, 1)
    leaning = pl.when(grade < 0).then(100 - rsi).otherwise(rsi)
    room = pl.when((leaning > 40) & (leaning < 60)).then(5).when(leaning > 70).then(-10).otherwise(0)
    backed = pl.when(volume > 1.2).then(5).when(volume < 0.8).then(-3).otherwise(0)
    stated = (50 + grade.sign() * net + room + backed).clip(0, 100)
    return pl.when(grade == 0).then(50 - net.abs()).otherwise(stated)
