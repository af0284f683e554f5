"""`/api/v1/portfolios`: named lists of symbols.

Each has a `version`, which is its `ETag` too. A change that names it in `If-Match` is made only where the portfolio is
still what the caller knew: of two who change one at once the second is told so, and loses nothing.
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Header, Response
from pydantic import BaseModel, ConfigDict, Field

from tapehawk.api.dependencies import CurrentUser, Cursor, HouseDep, Limit, Writer
from tapehawk.api.etags import etag, hashed, tags_in
from tapehawk.api.once import Once
from tapehawk.api.problems import Problem, refusals
from tapehawk.api.texts import Name, Prose, Symbol
from tapehawk.core.errors import Changed
from tapehawk.records.owned import Row
from tapehawk.records.portfolios import Portfolios

router = APIRouter(prefix="/api/v1/portfolios", tags=["portfolios"], route_class=Once)
_GONE: Final[dict[int | str, dict[str, Any]]] = {
    404: {"model": Problem, "description": "the caller has none of that id"}
}
_CHANGES: Final = {**_GONE, **refusals(412)}
IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=1000,
        description="the version that is to be changed, in quotes: another is left as it is (412)",
        examples=['"9f86d081884c7d659a2feaa0c55ad015"'],
    ),
]
_EXAMPLE: Final[dict[str, Any]] = {"name": "Large caps", "description": "what I hold", "symbols": ["AAPL", "MSFT"]}


class PortfolioBody(BaseModel):
    """What a portfolio is made of."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": _EXAMPLE})

    name: Name
    description: Prose = ""
    symbols: Annotated[list[Symbol], Field(fail_fast=True, max_length=10_000)] = []


class Portfolio(BaseModel):
    """A portfolio."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": _EXAMPLE
            | {"id": "5f0c5a5e-0c55-4a3c-9b4e-0f4f3f0f7d11", "is_active": True}
            | {"version": "9f86d081884c7d659a2feaa0c55ad015"}
            | dict.fromkeys(("created_at", "updated_at"), "2026-03-02T15:30:00Z")
        }
    )

    id: uuid.UUID
    name: str
    description: str
    symbols: list[str]
    created_at: dt.datetime
    updated_at: dt.datetime
    is_active: bool
    version: str = Field(description="another after every change; `If-Match` takes it, in quotes")


class PortfolioPage(BaseModel):
    """Portfolios, the newest first."""

    items: list[Portfolio]
    next_cursor: str | None


@router.get("")
def list_portfolios(house: HouseDep, user: CurrentUser, limit: Limit = 100, cursor: Cursor = None) -> PortfolioPage:
    """List the caller's portfolios, the newest first."""
    with house.database.read() as records:
        page = records.of(user.id).portfolios.page(limit=limit, cursor=cursor)
    return PortfolioPage(items=[_shown(row) for row in page.items], next_cursor=page.next_cursor)


@router.post("", status_code=201)
def make_portfolio(body: PortfolioBody, house: HouseDep, user: Writer, response: Response) -> Portfolio:
    """Make a portfolio."""
    now = house.now()
    with house.database.write() as records:
        made = records.of(user.id).portfolios.add(**body.model_dump(), created_at=now, updated_at=now)
    return _tagged(made, response)


@router.get("/{portfolio_id}", responses=_GONE)
def get_portfolio(portfolio_id: uuid.UUID, house: HouseDep, user: CurrentUser, response: Response) -> Portfolio:
    """Return one portfolio."""
    with house.database.read() as records:
        return _tagged(records.of(user.id).portfolios.get(portfolio_id), response)


@router.put("/{portfolio_id}", responses=_CHANGES)
def put_portfolio(
    portfolio_id: uuid.UUID,
    body: PortfolioBody,
    house: HouseDep,
    user: Writer,
    response: Response,
    if_match: IfMatch = None,
) -> Portfolio:
    """Put another name, description and symbols in place of a portfolio's."""
    with house.database.write() as records:
        mine = records.of(user.id).portfolios
        _need_unchanged(mine, portfolio_id, if_match)
        changed = mine.change(portfolio_id, **body.model_dump(), updated_at=house.now())
    return _tagged(changed, response)


@router.delete("/{portfolio_id}", status_code=204, responses=_CHANGES)
def remove_portfolio(portfolio_id: uuid.UUID, house: HouseDep, user: Writer, if_match: IfMatch = None) -> None:
    """Remove a portfolio."""
    with house.database.write() as records:
        mine = records.of(user.id).portfolios
        _need_unchanged(mine, portfolio_id, if_match)
        mine.remove(portfolio_id)


def _need_unchanged(mine: Portfolios, id: uuid.UUID, if_match: str | None) -> None:
    """Raise Changed where a portfolio is none of those that a caller wants to change, NoData where there is none."""
    if if_match is None:
        return
    row = mine.held(id)
    if if_match.strip() != "*" and _version(row) not in tags_in(if_match):
        raise Changed(
            f"the portfolio {row['name']!r} has been changed since you read it",
            hint="read it again, and change what is there now",
        )


def _tagged(row: Row, response: Response) -> Portfolio:
    shown = _shown(row)
    response.headers["ETag"] = etag(shown.version)
    return shown


def _shown(row: Row) -> Portfolio:
    return Portfolio.model_validate({**row, "version": _version(row)})


def _version(row: Row) -> str:
    told = [row["name"], row["description"], row["symbols"], row["updated_at"]]
    return hashed(orjson.dumps(told))
