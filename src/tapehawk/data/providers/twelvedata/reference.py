"""Symbols and corporate actions: asked for and read (providers.md 2.5, and the vendor's reference for the calendars).

Lists say who is listed now; asked again with `include_delisted`, also who was. The calendars of splits and dividends
cost 40 credits a page. Which of a split's two factors is the new one is contradicted by the vendor's own pages; its
`description` ("4-for-1 split") is not.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Final, TypeVar

import msgspec
import polars as pl

from tapehawk.core.errors import BadInput
from tapehawk.data.providers.twelvedata.reading import NO_DATA, check
from tapehawk.data.providers.wire.transport import Wire
from tapehawk.data.providers.wire.trouble import Answer
from tapehawk.data.shapes import SYMBOLS, actions_of, shaped

TYPES: Final = {
    "Common Stock": "common",
    "REIT": "common",
    "Limited Partnership": "common",
    "American Depositary Receipt": "adr",
    "Depositary Receipt": "adr",
    "Global Depositary Receipt": "adr",
    "Preferred Stock": "preferred",
    "ETF": "etf",
    "Exchange-Traded Note": "note",
    "Warrant": "warrant",
    "Right": "right",
    "Unit": "unit",
    "Closed-end Fund": "fund",
}
"""The vendor's types in the store's words; any other is "other"."""
EXCHANGES: Final = {"NYSE American": "amex", "NYSE ARCA": "arca", "CBOE": "bats"}
"""Where the store's word is not the vendor's in small letters."""
COUNTRY: Final = "United States"
A_PAGE: Final = 500
A_CALENDAR: Final = 40
"""Credits of one page of a calendar."""
FOR: Final = re.compile(r"([\d.]+)-for-([\d.]+)")


class Listed(msgspec.Struct, gc=False):
    """A symbol of a list; lists of funds have no type."""

    symbol: str
    name: str | None = None
    exchange: str = ""
    type: str = "ETF"


class Split(msgspec.Struct, gc=False):
    """A split; see above for its factors."""

    symbol: str
    date: dt.date
    from_factor: float
    to_factor: float
    description: str = ""

    def ratio(self) -> tuple[float, float]:
        """Return new shares and old ones."""
        said = FOR.search(self.description)
        return (float(said[1]), float(said[2])) if said else (self.from_factor, self.to_factor)


class Dividend(msgspec.Struct, gc=False):
    """A cash dividend per share."""

    symbol: str
    ex_date: dt.date
    amount: float


class _List(msgspec.Struct, gc=False):
    data: list[Listed]


_LIST: Final = msgspec.json.Decoder(_List)
_SPLITS: Final = msgspec.json.Decoder(list[Split], strict=False)
_DIVIDENDS: Final = msgspec.json.Decoder(list[Dividend], strict=False)
R = TypeVar("R", Split, Dividend)


async def symbols(wire: Wire) -> pl.DataFrame:
    """Return listed and delisted stocks, and funds, in the store's columns."""
    listed = [*await _list(wire, "/stocks"), *await _list(wire, "/etfs")]
    active = {one.symbol for one in listed}
    gone = [one for one in await _list(wire, "/stocks", include_delisted="true") if one.symbol not in active]
    return symbol_rows(listed, gone)


async def _list(wire: Wire, path: str, **also: str) -> list[Listed]:
    def read(answer: Answer) -> list[Listed]:
        check(answer, wire.clock.now())
        return _LIST.decode(answer.body).data

    return await wire.get(path, {"country": COUNTRY, **also}, read=read, about="symbols")


def symbol_rows(listed: list[Listed], gone: list[Listed]) -> pl.DataFrame:
    """Return symbols in the store's columns."""
    rows = [
        {
            "symbol": one.symbol,
            "active": active,
            "name": one.name,
            "type": TYPES.get(one.type, "other"),
            "exchange": EXCHANGES.get(one.exchange, one.exchange.lower()) or None,
            "country": COUNTRY,
            "market": "us",
        }
        for active, group in ((True, listed), (False, gone))
        for one in group
    ]
    names = ("symbol", "active", "name", "type", "exchange", "country", "market")
    frame = pl.DataFrame(rows, schema={name: SYMBOLS.schema[name] for name in names})
    return shaped(frame.unique("symbol", keep="first", maintain_order=True).sort("symbol"), SYMBOLS)


async def actions(wire: Wire, start: dt.date, end: dt.date) -> pl.DataFrame:
    """Return splits and dividends with an ex date from `start` to `end` in the store's columns."""
    splits = await _calendar(wire, "/splits_calendar", (start, end), _SPLITS)
    dividends = await _calendar(wire, "/dividends_calendar", (start, end), _DIVIDENDS)
    return action_rows(splits, dividends).filter(pl.col("ex_date").is_between(start, end))


async def _calendar(
    wire: Wire, path: str, span: tuple[dt.date, dt.date], decoder: msgspec.json.Decoder[list[R]]
) -> list[R]:
    """Read a calendar to its last page, which is the first that is not full."""

    def read(answer: Answer) -> list[R]:
        check(answer, wire.clock.now())
        return decoder.decode(answer.body)

    found: list[R] = []
    query: dict[str, str | int] = {"country": COUNTRY, "start_date": str(span[0]), "end_date": str(span[1])}
    while len(found) % A_PAGE == 0:
        page = {**query, "outputsize": A_PAGE, "page": len(found) // A_PAGE + 1}
        try:
            rows = await wire.get(path, page, read=read, credits=A_CALENDAR, about=path.strip("/"))
        except BadInput as error:
            if NO_DATA not in error.message:
                raise
            rows = []
        if not rows:
            break
        found += rows
    return found


def action_rows(splits: list[Split], dividends: list[Dividend]) -> pl.DataFrame:
    """Return actions in the store's columns; dividends of one symbol on one day are added up."""
    paid = [(one.symbol, one.ex_date, one.amount) for one in dividends]
    return actions_of("twelvedata", [(one.symbol, one.date, *one.ratio()) for one in splits], paid)
