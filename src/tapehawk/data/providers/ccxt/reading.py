"""Reading what ccxt answers: candles, markets, and what its errors mean.

    ccxt's error                                  kind        otherwise
    RateLimitExceeded, DDoSProtection             limit       nothing was answered: line
    BadSymbol                                     unknown     by the HTTP status: 403 and 451 plan, 404 address,
    AuthenticationError                           key           418 and 429 limit, any other as everywhere
    BadRequest, ArgumentsRequired, NotSupported   input

ccxt calls every broken connection and most statuses "not available"; what was answered says more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec
import polars as pl

from tapehawk.core.bars import SCHEMA
from tapehawk.core.series import SESSION_TIMEFRAMES
from tapehawk.data.providers.wire.trouble import KINDS, Answer, Kind, Trouble, retry_after
from tapehawk.data.shapes import SYMBOLS, shaped

Candle = tuple[int, float, float, float, float, float | None]
"""Start (milliseconds UTC), open, high, low, close, volume."""
Market = Mapping[str, Any]
"""One market as ccxt describes it."""

NAMES: Final[tuple[tuple[str, Kind], ...]] = (
    ("RateLimitExceeded", "limit"),
    ("DDoSProtection", "limit"),
    ("BadSymbol", "unknown"),
    ("AuthenticationError", "key"),
    ("BadRequest", "input"),
    ("ArgumentsRequired", "input"),
    ("NotSupported", "input"),
)
STATUSES: Final[Mapping[int, Kind]] = {403: "plan", 404: "address", 418: "limit", 429: "limit", 451: "plan"}
MEANINGS: Final = {
    403: "the exchange does not serve this place, or has shut it out",
    451: "the exchange does not serve this place",
}
DAY_MS: Final = 86_400_000


def trouble_of(error: Exception, answer: Answer | None) -> Trouble:
    """Return what an error of ccxt's means; `answer` is what the exchange said last, None: nothing."""
    ancestors = {one.__name__ for one in type(error).__mro__}
    named = next((kind for name, kind in NAMES if name in ancestors), None)
    if answer is None:
        refused = _refused(error)
        return refused or (Trouble(named, f"{error}") if named else Trouble("line", _broken(error)))
    kind = STATUSES.get(answer.status) or named or KINDS.get(answer.status, "server")
    said = f"HTTP {answer.status}: {answer.text() or 'no further word'}"
    meaning = MEANINGS.get(answer.status)
    return Trouble(kind, f"{said} ({meaning})" if meaning else said, wait=retry_after(answer.headers))


def _refused(error: Exception) -> Trouble | None:
    """Return what a stream's handshake that was answered with a status means."""
    inner = error.args[0] if error.args else None
    status, headers = getattr(inner, "status", None), getattr(inner, "headers", None) or {}
    if not isinstance(status, int):
        return None
    kind = STATUSES.get(status) or KINDS.get(status, "server")
    wait = retry_after({f"{name}".lower(): f"{value}" for name, value in headers.items()})
    return Trouble(kind, f"HTTP {status} to the stream", wait=wait)


def _broken(error: Exception) -> str:
    cause = error.__cause__ or error
    return f"{type(cause).__name__}: {cause}".rstrip(": ")


def candles_of(rows: object) -> list[Candle]:
    """Return candles as they are declared; Trouble for anything else."""
    try:
        return msgspec.convert(rows, list[Candle])
    except msgspec.ValidationError as error:
        said = f"candles that can't be read: {error}"
    raise Trouble("unreadable", said)


def bars_of(symbol: str, candles: Iterable[Candle], *, timeframe: str) -> pl.DataFrame:
    """Return bars with the contract's columns, in order, each once; Trouble for a day that is no UTC day."""
    columns = ("time", "open", "high", "low", "close", "volume")
    types = {"time": pl.Int64(), **{name: pl.Float64() for name in columns[1:]}}
    frame = pl.DataFrame(list(candles), schema=types, orient="row")
    if timeframe in SESSION_TIMEFRAMES and (frame["time"] % DAY_MS != 0).any():
        raise Trouble("input", "its days do not begin at midnight UTC; ask for 1h, longer bars are made from them")
    time = pl.from_epoch("time", time_unit="ms").dt.cast_time_unit("us").dt.replace_time_zone("UTC")
    named = frame.with_columns(time=time, symbol=pl.lit(symbol), volume=pl.col("volume").fill_null(0.0))
    return named.select(SCHEMA.names()).unique("time", keep="last").sort("time")


def symbol_rows(markets: Iterable[Market], exchange: str) -> pl.DataFrame:
    """Return an exchange's spot markets in the store's columns; those that are not traded now are not active."""
    rows = [
        {
            "symbol": one["symbol"],
            "active": one.get("active") is not False,
            "name": f"{one['base']} in {one['quote']}",
            "type": "coin",
            "exchange": exchange,
            "market": "crypto",
        }
        for one in markets
    ]
    names = ("symbol", "active", "name", "type", "exchange", "market")
    frame = pl.DataFrame(rows, schema={name: SYMBOLS.schema[name] for name in names})
    return shaped(frame.unique("symbol", keep="last").sort("symbol"), SYMBOLS)
