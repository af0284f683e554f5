"""Watches for tests: few conditions, columns of every kind, universes that leave something and setups that hit."""

from __future__ import annotations

from tapehawk.core.columns import close, high, low, open_, raw, volume
from tapehawk.core.expr import Expr, call, known, on, percentile, rank, where
from tapehawk.core.indicators import ema, rvol, session_high, vwap
from tapehawk.core.scanner import BUY, NONE, SELL, Setup
from tapehawk.core.search import Watch

UNIVERSE = {"price": raw.close >= 12, "traded": call("sma", raw.volume, params=(3,)) > 5}
SHOWN = {"close": close, "average": ema(close, 5), "green": close > open_, "before": close[3]}


def watch(*setups: Setup, universe: dict[str, Expr] | None = None, name: str = "one", shown=None) -> Watch:
    return Watch(name, UNIVERSE if universe is None else universe, setups, tuple(shown or SHOWN for _ in setups))


def daily_watches() -> list[Watch]:
    rising = {"rising": close > close[1], "above average": close > ema(close, 5), "history": close[9] > 0}
    falling = {"falling": close < close[1], "busy": rvol(4) > 1}
    breaking = {"above highs": high >= call("highest", high, params=(4,))[1]}
    return [
        watch(Setup("up", BUY, rising, stop=low), Setup("down", SELL, falling, stop=high)),
        watch(Setup("break", NONE, breaking), name="two", shown={"volume": volume, "average": ema(close, 5)}),
        watch(Setup("all", NONE, {"known": known(close)}), universe={}, name="three", shown={"close": close}),
    ]


def intraday_watches() -> list[Watch]:
    above = {"above the day before": close > on("1d", high), "above vwap": close > vwap()}
    turning = {"hour up": on("1h", close > open_), "new high": high >= session_high()}
    shown = {"vwap": vwap(), "level": on("1d", call("sma", high, params=(2,))), "hour": on("1h", ema(close, 3))}
    return [watch(Setup("above", NONE, above), Setup("turning", NONE, turning), shown=shown)]


def ranking_watches() -> list[Watch]:
    strong = percentile(close / close[3])
    return [
        watch(Setup("strong", NONE, {"strong": strong >= 60, "was": (strong >= 60)[1]}), shown={"strength": strong}),
        watch(
            Setup("first", NONE, {"first": rank(raw.volume) <= 1}),
            universe={},
            name="two",
            shown={"rank": rank(raw.volume)},
        ),
        watch(
            Setup("any", NONE, {"up": close > open_}), name="three", shown={"chosen": where(close > open_, close, low)}
        ),
    ]
