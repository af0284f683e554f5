"""Symbols, splits, dividends and the state of the market: asked for and read (providers.md 1.6)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

import msgspec
import polars as pl

from tapehawk.core.errors import BadInput
from tapehawk.data.providers.polygon.pages import pages
from tapehawk.data.providers.polygon.reading import Envelope, read_with, reader
from tapehawk.data.providers.wire.transport import Wire
from tapehawk.data.providers.wire.trouble import Answer
from tapehawk.data.shapes import SYMBOLS, actions_of, shaped

TYPES: Final = {
    "CS": "common",
    "OS": "common",
    "ADRC": "adr",
    "ADRP": "adr",
    "ADRR": "adr",
    "ADRW": "adr",
    "GDR": "adr",
    "ETF": "etf",
    "ETN": "note",
    "ETV": "etf",
    "ETS": "etf",
    "PFD": "preferred",
    "WARRANT": "warrant",
    "RIGHT": "right",
    "UNIT": "unit",
    "FUND": "fund",
    "SP": "note",
    "BOND": "note",
}
"""The vendor's types in the store's words; any other is "other"."""
EXCHANGES: Final = {"XNAS": "nasdaq", "XNYS": "nyse", "XASE": "amex", "ARCX": "arca", "BATS": "bats"}


class Ticker(msgspec.Struct, gc=False):
    """A symbol; only `ticker` and `active` are always there."""

    ticker: str
    active: bool = True
    name: str | None = None
    type: str | None = None
    primary_exchange: str | None = None
    delisted_utc: str | None = None


class Split(msgspec.Struct, gc=False):
    """A split: `split_to` new shares for `split_from` old ones; the same in the old and the new shape."""

    ticker: str
    execution_date: dt.date
    split_from: float
    split_to: float


class Dividend(msgspec.Struct, gc=False):
    """A cash dividend per share."""

    ticker: str
    ex_dividend_date: dt.date
    cash_amount: float


class Tickers(Envelope, gc=False):
    """A page of symbols."""

    results: list[Ticker] | None = None


class Splits(Envelope, gc=False):
    """A page of splits."""

    results: list[Split] | None = None


class Dividends(Envelope, gc=False):
    """A page of dividends."""

    results: list[Dividend] | None = None


class Status(Envelope, gc=False):
    """The state of the market now."""

    market: str = ""
    serverTime: str = ""  # noqa: N815 - the vendor's word


@dataclass(frozen=True)
class MarketStatus:
    """`market`: "open", "closed" or "extended-hours"; `server_time` as the vendor's clock has it."""

    market: str
    server_time: dt.datetime


_TICKERS, _SPLITS, _DIVIDENDS, _STATUS = reader(Tickers), reader(Splits), reader(Dividends), reader(Status)


async def symbols(wire: Wire) -> pl.DataFrame:
    """Return listed and delisted stocks in the store's columns."""
    found: list[Ticker] = []
    for active in ("true", "false"):
        path = f"/v3/reference/tickers?market=stocks&active={active}&limit=1000&sort=ticker&order=asc"
        async for page in pages(wire, path, lambda answer: read_with(_TICKERS, answer), "symbols"):
            found += page.results or []
    return symbol_rows(found)


def symbol_rows(tickers: list[Ticker]) -> pl.DataFrame:
    """Return symbols in the store's columns.

    The vendor tells when a symbol left, not when it came. Where one was used again, its next company came no earlier
    than the day after the one before it left, and that day is its `first_seen`; else `first_seen` is null, unknown.
    """
    rows = [
        {
            "symbol": one.ticker,
            "last_seen": None if one.active or not one.delisted_utc else dt.date.fromisoformat(one.delisted_utc[:10]),
            "active": one.active,
            "name": one.name,
            "type": TYPES.get(one.type, "other") if one.type else None,
            "exchange": EXCHANGES.get(one.primary_exchange or "", one.primary_exchange),
            "market": "us",
        }
        for one in tickers
    ]
    types = {"symbol": pl.String, "last_seen": pl.Date, "active": pl.Boolean, "name": pl.String}
    frame = pl.DataFrame(rows, schema_overrides=types, schema=None if rows else types)
    came = pl.col("last_seen").shift(1).over("symbol") + pl.duration(days=1)
    frame = frame.sort("symbol", "active", "last_seen", nulls_last=False, maintain_order=True)
    whole = shaped(frame.with_columns(first_seen=came.cast(pl.Date)), SYMBOLS)
    return whole.unique(["symbol", "first_seen"], keep="last", maintain_order=True)


async def actions(wire: Wire, start: dt.date, end: dt.date) -> pl.DataFrame:
    """Return splits and dividends with an ex date from `start` to `end` in the store's columns."""
    splits = await _listed(wire, "splits", "execution_date", (start, end), lambda answer: read_with(_SPLITS, answer))
    dividends = await _listed(
        wire, "dividends", "ex_dividend_date", (start, end), lambda answer: read_with(_DIVIDENDS, answer)
    )
    return action_rows(
        [one for page in splits for one in page.results or []],
        [one for page in dividends for one in page.results or []],
    )


P = TypeVar("P", bound=Envelope)


async def _listed(
    wire: Wire, what: str, day: str, span: tuple[dt.date, dt.date], read: Callable[[Answer], P]
) -> list[P]:
    """Read a whole list from the new route, or from the old one where the new one is not known."""
    query = f"{day}.gte={span[0]}&{day}.lte={span[1]}&sort={day}"
    try:
        path = f"/stocks/v1/{what}?{query}.asc&limit=5000"
        return [page async for page in pages(wire, path, read, what)]
    except BadInput:
        path = f"/v3/reference/{what}?{query}&order=asc&limit=1000"
        return [page async for page in pages(wire, path, read, what)]


def action_rows(splits: list[Split], dividends: list[Dividend]) -> pl.DataFrame:
    """Return actions in the store's columns; dividends of one symbol on one day are added up."""
    paid = [(one.ticker, one.ex_dividend_date, one.cash_amount) for one in dividends]
    return actions_of(
        "polygon", [(one.ticker, one.execution_date, one.split_to, one.split_from) for one in splits], paid
    )


async def market_status(wire: Wire) -> MarketStatus:
    """Return whether the market is open, as the vendor sees it."""
    now = await wire.get(
        "/v1/marketstatus/now", read=lambda answer: read_with(_STATUS, answer), about="the state of the market"
    )
    return MarketStatus(now.market, dt.datetime.fromisoformat(now.serverTime))
