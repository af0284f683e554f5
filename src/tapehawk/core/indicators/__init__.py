"""Every indicator by its public name: the vocabulary of scans and formulas.

An indicator is a function of numbers, and of an expression where it has a choice of source, to an expression, or to a
NamedTuple of them (`macd(12, 26, 9).histogram`). It knows no symbols, frames or files.
"""

from tapehawk.core.expr import percentile, rank
from tapehawk.core.indicators.basics import (
    change,
    count,
    cross_down,
    cross_up,
    ema,
    highest,
    hma,
    lowest,
    rma,
    roc,
    since,
    sma,
    std,
    sum,
    wma,
    zscore,
)
from tapehawk.core.indicators.momentum import cci, macd, ppo, rsi, stoch, stoch_rsi, trix, williams_r
from tapehawk.core.indicators.session import (
    rvol_tod,
    session_high,
    session_low,
    session_open,
    volume_so_far,
    volume_so_far_usual,
)
from tapehawk.core.indicators.trend import adx
from tapehawk.core.indicators.volatility import (
    adr,
    atr,
    bollinger,
    donchian,
    keltner,
    natr,
    squeeze,
    true_range,
)
from tapehawk.core.indicators.volume import rvol, vwma

__all__ = [
    "adr",
    "adx",
    "atr",
    "bollinger",
    "cci",
    "change",
    "count",
    "cross_down",
    "cross_up",
    "donchian",
    "ema",
    "highest",
    "hma",
    "keltner",
    "lowest",
    "macd",
    "natr",
    "percentile",
    "ppo",
    "rank",
    "rma",
    "roc",
    "rsi",
    "rvol",
    "rvol_tod",
    "session_high",
    "session_low",
    "session_open",
    "since",
    "sma",
    "squeeze",
    "std",
    "stoch",
    "stoch_rsi",
    "sum",
    "trix",
    "true_range",
    "volume_so_far",
    "volume_so_far_usual",
    "vwma",
    "williams_r",
    "wma",
    "zscore",
]
