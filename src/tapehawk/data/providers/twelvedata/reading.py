"""Twelve Data's answers, read: pure functions from bytes to columns.

Numbers are texts, and so are times, without a zone: they are UTC because that was asked for. A list of symbols is
answered by symbol, each with bars or an error of its own; one symbol by its bars alone. An error may come as HTTP 200:
`status` and `code` say so (providers.md 2.2, 2.3).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
import polars as pl

from tapehawk.core.bars import SCHEMA
from tapehawk.data.providers.wire.trouble import KINDS, Answer, Kind, Trouble, retry_after, trouble_of

NO_DATA: Final = "No data is available"
OUT_OF_CREDITS: Final = "run out of API credits for the current minute"
"""How a refusal begins that is an empty window."""
FORMATS: Final = {"1m": "%Y-%m-%d %H:%M:%S", "1d": "%Y-%m-%d"}
SIGNS: Final[tuple[tuple[int, str, Kind], ...]] = (
    (404, "available starting with", "plan"),
    (404, "upgrading", "plan"),
    (429, "for the day", "budget"),
)
"""What an error's code says less well than its sentence: code, part of the sentence, kind."""


class Row(msgspec.Struct, gc=False):
    """One bar; `datetime` is its start. Currencies have no volume."""

    datetime: str
    open: float
    high: float
    low: float
    close: float
    volume: float | None = None


class _Series(msgspec.Struct, gc=False):
    values: list[Row] | None = None
    status: str = ""
    code: int = 0
    message: str = ""


class Error(msgspec.Struct, gc=False):
    """What every answer may be instead."""

    status: str = ""
    code: int = 0
    message: str = ""


Found = dict[str, list[Row] | Trouble]

_SERIES: Final = msgspec.json.Decoder(_Series, strict=False)
_BATCH: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ERROR: Final = msgspec.json.Decoder(Error, strict=False)


def read_series(answer: Answer, symbols: Sequence[str], now: int) -> Found:
    """Read the bars, or the trouble, of each symbol that was asked for; Trouble for an answer that is one whole error.

    `now` in microseconds UTC: a limit counts by the minute.
    """
    if len(symbols) == 1:
        return {symbols[0]: _one(answer.body, now)}
    by_symbol = _BATCH.decode(answer.body)
    if by_symbol.get("status") == b'"error"':
        raise trouble_said(_ERROR.decode(answer.body), now)
    absent = Trouble("server", "a symbol is missing in the answer")
    return {name: _one(by_symbol[name], now) if name in by_symbol else absent for name in symbols}


def _one(body: bytes | msgspec.Raw, now: int) -> list[Row] | Trouble:
    series = _SERIES.decode(body)
    if series.values is not None and series.status != "error":
        return series.values
    if series.message.startswith(NO_DATA):
        return []
    return trouble_said(Error(series.status, series.code, series.message), now)


def check(answer: Answer, now: int) -> None:
    """Raise Trouble for an answer that is an error although it came as HTTP 200."""
    if answer.body.lstrip()[:1] == b"{":
        error = _ERROR.decode(answer.body)
        if error.status == "error":
            raise trouble_said(error, now)


def read_trouble(answer: Answer, now: int) -> Trouble:
    """Return what an answer with an error status means; its body may be an error object, HTML or nothing."""
    try:
        error = _ERROR.decode(answer.body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        error = Error()
    if not error.message:
        return trouble_of(answer)
    code = error.code or answer.status
    return trouble_said(Error("error", code, error.message), now, wait=retry_after(answer.headers))


def trouble_said(error: Error, now: int, *, wait: float | None = None) -> Trouble:
    """Return the trouble that an error object is; after too many calls, the next minute is waited for."""
    said = f"{error.message or 'an answer without bars'} ({error.code})"
    kinds = [kind for code, sign, kind in SIGNS if code == error.code and sign in error.message]
    kind = kinds[0] if kinds else KINDS.get(error.code, "server")
    return Trouble(kind, said, wait=(wait or until_next_minute(now)) if kind == "limit" else wait)


def until_next_minute(now: int) -> float:
    """Return the seconds until the wall clock's next minute, when credits are counted anew."""
    return 60.0 - now / 1e6 % 60.0


def bars_of(rows: Mapping[str, Sequence[Row]], *, timeframe: str) -> pl.DataFrame:
    """Return bars with the contract's columns, sorted by (symbol, time), each once.

    Trouble for a time that can't be read.
    """
    every = [row for bars in rows.values() for row in bars]
    frame = pl.DataFrame(
        {
            "symbol": [name for name, bars in rows.items() for _ in bars],
            "time": [row.datetime for row in every],
            "open": [row.open for row in every],
            "high": [row.high for row in every],
            "low": [row.low for row in every],
            "close": [row.close for row in every],
            "volume": [row.volume or 0.0 for row in every],
        },
        schema={**SCHEMA, "time": pl.String()},
    )
    text = pl.col("time").str.slice(0, 10) if timeframe == "1d" else pl.col("time")
    time = text.str.to_datetime(FORMATS[timeframe], time_unit="us", strict=False).dt.replace_time_zone("UTC")
    timed = frame.with_columns(time=time)
    if timed["time"].null_count():
        wrong = frame["time"].filter(timed["time"].is_null())[0]
        raise Trouble("unreadable", f"a time that can't be read: {wrong!r}")
    return timed.unique(["symbol", "time"], keep="last").sort("symbol", "time")
