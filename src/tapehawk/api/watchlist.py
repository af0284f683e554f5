"""`/api/v1/watchlist`: the symbols that the caller watches."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from tapehawk.api.dependencies import CurrentUser, Cursor, HouseDep, Limit, Writer
from tapehawk.api.once import Once

router = APIRouter(prefix="/api/v1/watchlist", tags=["watchlist"], route_class=Once)

Ticker = Annotated[str, StringConstraints(max_length=32, pattern=r"^[A-Za-z0-9^@$][A-Za-z0-9.\-/:^=_&+]*$")]


class Watched(BaseModel):
    """A symbol that is watched."""

    symbol: str
    added_at: dt.datetime


class WatchedPage(BaseModel):
    """Symbols, the last that was added first."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"items": [{"symbol": "AAPL", "added_at": "2026-03-02T15:30:00Z"}], "next_cursor": None}
        }
    )

    items: list[Watched]
    next_cursor: str | None


class SymbolList(BaseModel):
    """Symbols; one that is not known as it is written is taken in capitals."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"symbols": ["AAPL", "BTC/USDT"]}})

    symbols: Annotated[list[Ticker], Field(fail_fast=True, min_length=1, max_length=1000)]


class Watchlist(BaseModel):
    """What changed of the watchlist, and the whole of it by the alphabet."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"changed": ["AAPL"], "symbols": ["AAPL", "BTC/USDT"], "unknown": []}}
    )

    changed: list[str] = Field(description="symbols that are new, or gone")
    symbols: list[str]
    unknown: list[str] = Field(description="those of `symbols` of which nothing is listed or stored here, until it is")


@router.get("")
def get_watchlist(house: HouseDep, user: CurrentUser, limit: Limit = 1000, cursor: Cursor = None) -> WatchedPage:
    """List the symbols that the caller watches, the last that was added first."""
    with house.database.read() as records:
        page = records.of(user.id).watchlist.page(limit=limit, cursor=cursor)
    return WatchedPage(items=[Watched.model_validate(row) for row in page.items], next_cursor=page.next_cursor)


@router.post("")
def watch(asked: SymbolList, house: HouseDep, user: Writer) -> Watchlist:
    """Add symbols; those that are watched already stay.

    One that is not known is watched too, and named in `unknown`: it may be listed tomorrow, or come from elsewhere.
    """
    spelled = house.symbols.spelled(asked.symbols)
    with house.database.write() as records:
        mine = records.of(user.id).watchlist
        changed, symbols = mine.watch(spelled, now=house.now()), mine.symbols()
    return Watchlist(changed=changed, symbols=symbols, unknown=house.symbols.unknown(symbols))


@router.delete("")
def unwatch(asked: SymbolList, house: HouseDep, user: Writer) -> Watchlist:
    """Remove symbols; those that are not watched are no error."""
    spelled = house.symbols.spelled(asked.symbols)
    with house.database.write() as records:
        mine = records.of(user.id).watchlist
        changed, symbols = mine.unwatch(spelled), mine.symbols()
    return Watchlist(changed=changed, symbols=symbols, unknown=house.symbols.unknown(symbols))
