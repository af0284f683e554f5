"""Alpaca's answers, read: pure functions from bytes to columns.

A page maps symbols to bars; symbols without bars are absent, and only a null token ends the pages (providers.md 3.5). A
bar's `t` is its start as RFC 3339 text, a day's is midnight in New York. Errors say their sentence in `message`; a
wrong key is a 403 from the data host and a 401 from the account's, and either may be an HTML page (3.1).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
import polars as pl

from tapehawk.core.bars import SCHEMA
from tapehawk.data.providers.wire.trouble import Answer, Trouble, trouble_of

ZONE: Final = {"us": "America/New_York", "crypto": "UTC"}
RFC_3339: Final = "%Y-%m-%dT%H:%M:%S%.f%#z"
LONGEST_RESET: Final = 60.0
"""Seconds: the limit counts by the minute, whatever the vendor's clock and ours make of the difference."""


class Bar(msgspec.Struct, gc=False):
    """One bar; `t` is its start."""

    t: str
    o: float
    h: float
    l: float
    c: float
    v: float


class _Bars(msgspec.Struct, gc=False):
    bars: dict[str, msgspec.Raw] | None
    next_page_token: str | None = None


class _Error(msgspec.Struct, gc=False):
    message: str = ""


@dataclass(frozen=True, eq=False)
class Page:
    """Bars with the contract's columns, and where the next page begins (None: this was the last)."""

    bars: pl.DataFrame
    next: str | None


_PAGE: Final = msgspec.json.Decoder(_Bars)
_LIST: Final = msgspec.json.Decoder(list[Bar] | None)
_ERROR: Final = msgspec.json.Decoder(_Error)


def read_bars(answer: Answer, symbols: Sequence[str], *, timeframe: str, market: str = "us") -> Page:
    """Read a page of bars of the symbols that were asked for."""
    page = _PAGE.decode(answer.body)
    found = page.bars or {}
    rows = {name: _LIST.decode(found[name]) or [] for name in symbols if name in found}
    return Page(bars_of(rows, timeframe=timeframe, market=market), page.next_page_token or None)


def bars_of(rows: Mapping[str, Sequence[Bar]], *, timeframe: str, market: str = "us") -> pl.DataFrame:
    """Return bars with the contract's columns, sorted by (symbol, time); Trouble for a time that can't be read."""
    every = [bar for bars in rows.values() for bar in bars]
    frame = pl.DataFrame(
        {
            "symbol": [name for name, bars in rows.items() for _ in bars],
            "time": [bar.t for bar in every],
            "open": [bar.o for bar in every],
            "high": [bar.h for bar in every],
            "low": [bar.l for bar in every],
            "close": [bar.c for bar in every],
            "volume": [bar.v for bar in every],
        },
        schema={**SCHEMA, "time": pl.String()},
    )
    instant = pl.col("time").str.to_datetime(RFC_3339, time_unit="us", strict=False).dt.convert_time_zone("UTC")
    timed = frame.with_columns(time=_dated(instant, market) if timeframe == "1d" else instant)
    if timed["time"].null_count():
        raise Trouble("unreadable", f"a time that can't be read: {every[timed['time'].is_null().arg_max() or 0].t!r}")
    return timed.sort("symbol", "time")


def _dated(instant: pl.Expr, market: str) -> pl.Expr:
    """Return midnight UTC of the market's own date: the label of a daily bar."""
    date = instant.dt.convert_time_zone(ZONE[market]).dt.date()
    return date.cast(pl.Datetime("us")).dt.replace_time_zone("UTC")


def read_trouble(answer: Answer, now: int) -> Trouble:
    """Return what an answer with an error status means; `now` in microseconds UTC."""
    said = _sentence(answer)
    trouble = trouble_of(answer, said)
    if answer.status == 403 and "forbidden" in said.lower():
        return Trouble("key", trouble.said)
    if trouble.kind == "limit" and trouble.wait is None:
        return Trouble("limit", trouble.said, wait=until_reset(answer.headers, now))
    return trouble


def until_reset(headers: Mapping[str, str], now: int) -> float | None:
    """Return the seconds until the minute's calls are counted anew, None when the vendor does not say."""
    reset = headers.get("x-ratelimit-reset", "")
    return min(max(float(reset) - now / 1e6, 0.0), LONGEST_RESET) if reset.isdigit() else None


def _sentence(answer: Answer) -> str:
    try:
        return _ERROR.decode(answer.body).message
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return ""
