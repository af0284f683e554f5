"""`/api/v1/scanner/market-overview`: a market at a glance."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response

from tapehawk.api.answers import json_bytes, tagged
from tapehawk.api.dependencies import CurrentUser, HouseDep
from tapehawk.api.market_shapes import Overview
from tapehawk.api.problems import Problem

router = APIRouter(prefix="/api/v1/scanner", tags=["scanner"])
_NOTHING: Final[dict[int | str, dict[str, Any]]] = {404: {"model": Problem, "description": "Nothing is stored of it"}}


@router.get("/market-overview", response_model=Overview, responses=_NOTHING)
def market_overview(
    request: Request,
    house: HouseDep,
    _user: CurrentUser,
    market: Annotated[str, Query(max_length=16, description="us or crypto")] = "us",
) -> Response:
    """Return who rises and falls, new highs and lows, volume, movers, the regime, the session clock, how new it is.

    Of the newest session that anybody has bars of, the open one included. Answered with an ETag.
    """
    return tagged(request, json_bytes(house.standing.glance(market)))
