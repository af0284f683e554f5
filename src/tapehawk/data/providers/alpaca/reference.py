"""Symbols and corporate actions: asked for and read (providers.md 3.3, 3.5).

The list of assets is on the account's host and comes whole; it does not say when a symbol came or went. Corporate
actions are asked for by the day they are *processed*, which for a dividend is about the day it is paid, weeks after its
ex date: more days are asked for than wanted, and the rest is left out.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

import msgspec
import polars as pl

from tapehawk.data.providers.alpaca.pages import pages
from tapehawk.data.providers.wire.transport import Wire
from tapehawk.data.providers.wire.trouble import Answer
from tapehawk.data.shapes import SYMBOLS, actions_of, shaped

ASSET_CLASS: Final = {"us": "us_equity", "crypto": "crypto"}
EXCHANGES: Final = {"NYSEARCA": "arca", "": None}
"""Where the store's word is not the vendor's in small letters."""
KINDS: Final = "forward_split,reverse_split,cash_dividend"
EARLIER: Final = dt.timedelta(days=10)
LATER: Final = dt.timedelta(days=180)
"""How far the day of processing may lie before and after the ex date."""


class Asset(msgspec.Struct, gc=False):
    """A symbol; inactive ones are those that left, or were never open for trading here."""

    symbol: str
    status: str = "active"
    name: str | None = None
    exchange: str = ""


class Split(msgspec.Struct, gc=False):
    """A split, forward or reverse: `new_rate` new shares for `old_rate` old ones."""

    symbol: str
    ex_date: dt.date
    new_rate: float
    old_rate: float


class Dividend(msgspec.Struct, gc=False):
    """A cash dividend per share."""

    symbol: str
    ex_date: dt.date
    rate: float


class _Kinds(msgspec.Struct, gc=False):
    forward_splits: list[Split] = []
    reverse_splits: list[Split] = []
    cash_dividends: list[Dividend] = []


class _Actions(msgspec.Struct, gc=False):
    corporate_actions: _Kinds
    next_page_token: str | None = None


@dataclass(frozen=True)
class ActionsPage:
    """Actions of some days, and where the next page begins."""

    splits: list[Split]
    dividends: list[Dividend]
    next: str | None


_ASSETS: Final = msgspec.json.Decoder(list[Asset])
_ACTIONS: Final = msgspec.json.Decoder(_Actions, strict=False)


async def symbols(wire: Wire, market: str) -> pl.DataFrame:
    """Return active and inactive symbols in the store's columns."""
    found: list[Asset] = []
    for status in ("active", "inactive"):
        query = {"status": status, "asset_class": ASSET_CLASS[market]}
        found += await wire.get("/v2/assets", query, read=lambda answer: _ASSETS.decode(answer.body), about="symbols")
    return symbol_rows(found, market)


def symbol_rows(assets: list[Asset], market: str) -> pl.DataFrame:
    """Return symbols in the store's columns; of a symbol that is active and inactive, the active one."""
    rows = [
        {
            "symbol": one.symbol,
            "active": one.status == "active",
            "name": one.name,
            "exchange": EXCHANGES.get(one.exchange, one.exchange.lower()),
            "market": market,
        }
        for one in assets
    ]
    names = SYMBOLS.schema
    types = {name: names[name] for name in ("symbol", "active", "name", "exchange", "market")}
    frame = pl.DataFrame(rows, schema=types).sort("symbol", "active", maintain_order=True)
    return shaped(frame.unique("symbol", keep="last", maintain_order=True), SYMBOLS)


async def actions(wire: Wire, start: dt.date, end: dt.date) -> pl.DataFrame:
    """Return splits and dividends with an ex date from `start` to `end` in the store's columns."""
    days = {"start": str(start - EARLIER), "end": str(end + LATER)}
    query: dict[str, str | int] = {"types": KINDS, **days, "limit": 1000, "sort": "asc"}
    splits: list[Split] = []
    dividends: list[Dividend] = []
    async for page in pages(wire, "/v1/corporate-actions", query, _read_actions, "corporate actions"):
        splits += page.splits
        dividends += page.dividends
    return action_rows(splits, dividends).filter(pl.col("ex_date").is_between(start, end))


def _read_actions(answer: Answer) -> ActionsPage:
    page = _ACTIONS.decode(answer.body)
    kinds = page.corporate_actions
    return ActionsPage(kinds.forward_splits + kinds.reverse_splits, kinds.cash_dividends, page.next_page_token or None)


def action_rows(splits: list[Split], dividends: list[Dividend]) -> pl.DataFrame:
    """Return actions in the store's columns; dividends of one symbol on one day are added up."""
    paid = [(one.symbol, one.ex_date, one.rate) for one in dividends]
    return actions_of("alpaca", [(one.symbol, one.ex_date, one.new_rate, one.old_rate) for one in splits], paid)
