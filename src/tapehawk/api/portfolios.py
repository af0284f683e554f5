"""`/api/v1/portfolios`: named lists of symbols."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated, Any, Final

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from tapehawk.api.dependencies import CurrentUser, Cursor, HouseDep, Limit, Writer
from tapehawk.api.once import Once
from tapehawk.api.problems import Problem
from tapehawk.api.texts import Name, Prose, Symbol

router = APIRouter(prefix="/api/v1/portfolios", tags=["portfolios"], route_class=Once)
_GONE: Final[dict[int | str, dict[str, Any]]] = {
    404: {"model": Problem, "description": "the caller has none of that id"}
}
_EXAMPLE: Final[dict[str, Any]] = {"name": "Large caps", "description": "what I hold", "symbols": ["AAPL", "MSFT"]}


class PortfolioBody(BaseModel):
    """What a portfolio is made of."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": _EXAMPLE})

    name: Name
    description: Prose = ""
    symbols: Annotated[list[Symbol], Field(max_length=10_000)] = []


class Portfolio(BaseModel):
    """A portfolio."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": _EXAMPLE
            | {"id": "5f0c5a5e-0c55-4a3c-9b4e-0f4f3f0f7d11", "is_active": True}
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


class PortfolioPage(BaseModel):
    """Portfolios, the newest first."""

    items: list[Portfolio]
    next_cursor: str | None


@router.get("")
def list_portfolios(house: HouseDep, user: CurrentUser, limit: Limit = 100, cursor: Cursor = None) -> PortfolioPage:
    """List the caller's portfolios, the newest first."""
    with house.database.read() as records:
        page = records.of(user.id).portfolios.page(limit=limit, cursor=cursor)
    return PortfolioPage(items=[Portfolio.model_validate(row) for row in page.items], next_cursor=page.next_cursor)


@router.post("", status_code=201)
def make_portfolio(body: PortfolioBody, house: HouseDep, user: Writer) -> Portfolio:
    """Make a portfolio."""
    now = house.now()
    with house.database.write() as records:
        made = records.of(user.id).portfolios.add(**body.model_dump(), created_at=now, updated_at=now)
    return Portfolio.model_validate(made)


@router.get("/{portfolio_id}", responses=_GONE)
def get_portfolio(portfolio_id: uuid.UUID, house: HouseDep, user: CurrentUser) -> Portfolio:
    """Return one portfolio."""
    with house.database.read() as records:
        return Portfolio.model_validate(records.of(user.id).portfolios.get(portfolio_id))


@router.put("/{portfolio_id}", responses=_GONE)
def put_portfolio(portfolio_id: uuid.UUID, body: PortfolioBody, house: HouseDep, user: Writer) -> Portfolio:
    """Put another name, description and symbols in place of a portfolio's."""
    with house.database.write() as records:
        changed = records.of(user.id).portfolios.change(portfolio_id, **body.model_dump(), updated_at=house.now())
    return Portfolio.model_validate(changed)


@router.delete("/{portfolio_id}", status_code=204, responses=_GONE)
def remove_portfolio(portfolio_id: uuid.UUID, house: HouseDep, user: Writer) -> None:
    """Remove a portfolio."""
    with house.database.write() as records:
        records.of(user.id).portfolios.remove(portfolio_id)
