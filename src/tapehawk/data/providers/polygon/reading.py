"""Massive's answers, read: pure functions from bytes to columns.

Success says `status` "OK" or "DELAYED"; an empty result may lack `results` altogether; an error's sentence stands in
`error` or in `message`; fields come in any order and new ones appear (providers.md 1.3, 1.4). Numbers are floats:
volumes may be fractional.
"""

from __future__ import annotations

from typing import Final, TypeVar

import msgspec
import polars as pl

from tapehawk.core.bars import SCHEMA
from tapehawk.data.providers.wire.trouble import Answer, Kind, Trouble, trouble_of

ZONE: Final = "America/New_York"
GOOD: Final = frozenset({"OK", "DELAYED", ""})
REFUSALS: Final[dict[str, Kind]] = {"NOT_AUTHORIZED": "plan", "NOT_FOUND": "unknown"}
SIGNS: Final[tuple[tuple[str, Kind], ...]] = (
    ("api key", "key"),
    ("maximum requests", "limit"),
    ("entitled", "plan"),
    ("not found", "unknown"),
)
"""What an error in a good answer's clothes is told by."""


class Envelope(msgspec.Struct, gc=False):
    """What every answer has around its results."""

    status: str = ""
    error: str = ""
    message: str = ""
    next_url: str | None = None

    def check(self) -> None:
        """Raise Trouble when this is an error after all."""
        if self.status not in GOOD:
            said = self.error or self.message or self.status
            raise Trouble(_kind(self.status, said), said)


def _kind(status: str, said: str) -> Kind:
    signs = [kind for sign, kind in SIGNS if sign in said.lower()]
    return REFUSALS.get(status) or (signs[0] if signs else "server")


class Aggregate(msgspec.Struct, gc=False):
    """One bar: `T` symbol (grouped and previous only), `t` milliseconds UTC."""

    o: float
    h: float
    l: float
    c: float
    v: float
    t: int
    T: str = ""


class Aggregates(Envelope, gc=False):
    """A page of bars."""

    adjusted: bool = False
    resultsCount: int = 0  # noqa: N815 - the vendor's word
    results: list[Aggregate] | None = None


E_ = TypeVar("E_", bound=Envelope)


def reader(kind: type[E_]) -> msgspec.json.Decoder[E_]:
    """Return a decoder; made once, it is quicker."""
    return msgspec.json.Decoder(kind)


def read_with(decoder: msgspec.json.Decoder[E_], answer: Answer) -> E_:
    """Decode an answer and check that it is none of the errors that come as HTTP 200."""
    page = decoder.decode(answer.body)
    page.check()
    return page


_AGGREGATES: Final = reader(Aggregates)
_ENVELOPE: Final = reader(Envelope)


def read_bars(answer: Answer) -> Aggregates:
    """Read a page of bars as traded."""
    page = read_with(_AGGREGATES, answer)
    if page.adjusted and page.results:
        raise Trouble("server", "prices came adjusted for splits although prices as traded were asked for")
    return page


def read_trouble(answer: Answer) -> Trouble:
    """Return what an answer with an error status means; its body may be JSON, HTML or nothing."""
    try:
        page = _ENVELOPE.decode(answer.body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return trouble_of(answer)
    return trouble_of(answer, page.error or page.message)


def bars_of(rows: list[Aggregate], *, timeframe: str, symbol: str = "") -> pl.DataFrame:
    """Return bars with the contract's columns, sorted by (symbol, time); `symbol` is that of rows without one.

    Intraday: `t` is the start of the bar. Daily: `t` is some instant of the session (midnight or 16:00 in New York,
    by route), whose date there labels the bar.
    """
    frame = pl.DataFrame(
        {
            "symbol": [row.T for row in rows] if not symbol else [symbol] * len(rows),
            "time": [row.t for row in rows],
            "open": [row.o for row in rows],
            "high": [row.h for row in rows],
            "low": [row.l for row in rows],
            "close": [row.c for row in rows],
            "volume": [row.v for row in rows],
        },
        schema={**SCHEMA, "time": pl.Int64()},
    )
    instant = pl.from_epoch("time", time_unit="ms").dt.cast_time_unit("us").dt.replace_time_zone("UTC")
    return frame.with_columns(time=dated(instant) if timeframe == "1d" else instant).sort("symbol", "time")


def dated(instant: pl.Expr) -> pl.Expr:
    """Return midnight UTC of the date in New York: the label of a daily bar."""
    date = instant.dt.convert_time_zone(ZONE).dt.date()
    return date.cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
