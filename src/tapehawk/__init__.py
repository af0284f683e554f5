"""Tapehawk: scan a whole market with one definition of a scan, which cannot see the future.

    from tapehawk import BUY, Scanner, Setup, close, high, highest, rvol

Everything that a scanner is written with stands here. A name is imported when it is first asked for, so that
`import tapehawk` alone costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tapehawk.app.settings import settings
    from tapehawk.core.columns import close, high, low, minute, open_, raw, session, volume
    from tapehawk.core.errors import BadInput, NoData, TapehawkError
    from tapehawk.core.expr import Expr, known, on, percentile, rank, where
    from tapehawk.core.indicators import (
        ad,
        adr,
        adx,
        anchored_vwap,
        aroon,
        atr,
        bollinger,
        cci,
        change,
        cmf,
        count,
        cross_down,
        cross_up,
        donchian,
        ema,
        gap,
        heikin_ashi,
        highest,
        hma,
        ichimoku,
        keltner,
        lowest,
        macd,
        mfi,
        natr,
        obv,
        opening_range,
        pivots,
        ppo,
        psar,
        rma,
        roc,
        rsi,
        rvol,
        rvol_tod,
        session_high,
        session_low,
        session_open,
        since,
        sma,
        squeeze,
        std,
        stoch,
        stoch_rsi,
        sum,
        supertrend,
        trix,
        true_range,
        volume_so_far,
        volume_so_far_usual,
        vwap,
        vwma,
        williams_r,
        wma,
        zscore,
    )
    from tapehawk.core.scanner import AT_OPEN, BUY, NONE, SELL, Direction, Scanner, Setup
    from tapehawk.core.timeframes import bars_a_session, daily
    from tapehawk.core.trigger import Trigger
    from tapehawk.scan.desk import Desk
    from tapehawk.scan.question import Question
    from tapehawk.scan.report import Report

__all__ = [
    "AT_OPEN",
    "BUY",
    "NONE",
    "SELL",
    "BadInput",
    "Desk",
    "Direction",
    "Expr",
    "NoData",
    "Question",
    "Report",
    "Scanner",
    "Setup",
    "TapehawkError",
    "Trigger",
    "ad",
    "adr",
    "adx",
    "anchored_vwap",
    "aroon",
    "atr",
    "bars_a_session",
    "bollinger",
    "cci",
    "change",
    "close",
    "cmf",
    "count",
    "cross_down",
    "cross_up",
    "daily",
    "donchian",
    "ema",
    "gap",
    "heikin_ashi",
    "high",
    "highest",
    "hma",
    "ichimoku",
    "keltner",
    "known",
    "low",
    "lowest",
    "macd",
    "mfi",
    "minute",
    "natr",
    "obv",
    "on",
    "open_",
    "opening_range",
    "percentile",
    "pivots",
    "ppo",
    "psar",
    "rank",
    "raw",
    "rma",
    "roc",
    "rsi",
    "rvol",
    "rvol_tod",
    "session",
    "session_high",
    "session_low",
    "session_open",
    "settings",
    "since",
    "sma",
    "squeeze",
    "std",
    "stoch",
    "stoch_rsi",
    "sum",
    "supertrend",
    "trix",
    "true_range",
    "volume",
    "volume_so_far",
    "volume_so_far_usual",
    "vwap",
    "vwma",
    "where",
    "williams_r",
    "wma",
    "zscore",
]

_HOMES: Final = (
    "core.columns",
    "core.scanner",
    "core.expr",
    "core.indicators",
    "core.timeframes",
    "core.errors",
    "app.settings",
    "scan.desk",
    "scan.question",
    "scan.report",
)


def __getattr__(name: str) -> object:
    """Return one of `__all__` from the module it lives in."""
    if name in __all__:
        for home in _HOMES:
            module = importlib.import_module(f"tapehawk.{home}")
            if hasattr(module, name):
                return getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
