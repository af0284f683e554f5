"""`/api/v1/scanner/symbols`: the universe, searchable."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from tapehawk.api.dependencies import CurrentUser, Cursor, HouseDep, Limit
from tapehawk.api.offsets import next_offset, offset_of

router = APIRouter(prefix="/api/v1/scanner", tags=["scanner"])


class SymbolAnswer(BaseModel):
    """A symbol, as far as it is known."""

    symbol: str
    name: str | None
    type: str | None
    exchange: str | None
    sector: str | None
    industry: str | None
    market: str | None
    first_seen: Annotated[dt.date | None, Field(description="listed since; null: not known")]
    last_seen: Annotated[dt.date | None, Field(description="listed until")]
    has_bars: Annotated[bool, Field(description="daily bars are stored, and were scanned before")]


class SymbolPageAnswer(BaseModel):
    """Symbols in the order of the alphabet, of a search the nearest first."""

    items: list[SymbolAnswer]
    total: int
    next_cursor: str | None


@router.get("/symbols")
def list_symbols(
    house: HouseDep,
    _user: CurrentUser,
    limit: Limit = 100,
    cursor: Cursor = None,
    q: Annotated[str, Query(max_length=100, description="part of a symbol or name")] = "",
    type: Annotated[str | None, Query(max_length=64, description="common, etf, …")] = None,
    exchange: Annotated[str | None, Query(max_length=64, description="nasdaq, nyse, …")] = None,
) -> SymbolPageAnswer:
    """Search the symbols that are known."""
    first = offset_of(cursor)
    found = house.symbols.page(first=first, most=limit, text=q, type_=type, exchange=exchange)
    after = next_offset(first + limit) if first + limit < found.total else None
    return SymbolPageAnswer.model_validate({"items": found.rows, "total": found.total, "next_cursor": after})
