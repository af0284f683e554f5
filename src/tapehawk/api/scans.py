"""`/api/v1/scanner`: scans, why a symbol is a hit or not, who fell at a step."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Request, Response

from tapehawk.api.answers import json_bytes, tagged
from tapehawk.api.dependencies import CurrentUser, Cursor, HouseDep, Limit
from tapehawk.api.etags import etag, tags_in
from tapehawk.api.offsets import next_offset, offset_of
from tapehawk.api.scan_models import (
    Cutoff,
    ExplanationAnswer,
    FallenPage,
    Hours,
    Name,
    ScanAnswer,
    ScannerList,
    ScanQuestion,
    Symbol,
    Timeframe,
)
from tapehawk.api.turns import TurnsDep
from tapehawk.app.asking import Asked, assignments
from tapehawk.app.describing import describe_every
from tapehawk.scan.fallen import AtStep

router = APIRouter(prefix="/api/v1/scanner", tags=["scanner"])

ScanId = Annotated[str, Path(max_length=64, description="`scan_id` of a scan of yours")]
IfNoneMatch = Annotated[str | None, Header(max_length=1000, description="`ETag` of an answer that you have")]


@router.post(
    "/scan",
    response_model=ScanAnswer,
    responses={304: {"description": "What you have is still the answer", "content": {}}},
)
async def run_scan(
    asked: ScanQuestion,
    request: Request,
    house: HouseDep,
    user: CurrentUser,
    turns: TurnsDep,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Run one scanner once, sized for the caller's account.

    The answer's `ETag` names the question and the version of the data, `Age` says how many seconds ago it was computed.
    """
    request.state.scanner_type = asked.scanner_type
    known = tags_in(if_none_match)
    found = await turns.run(lambda: house.scanning.scan(user, asked.asked(), known_tags=known))
    headers = {"ETag": etag(found.scan.finding.tag), "Age": str(int(found.age)), "Cache-Control": "private, no-cache"}
    if found.is_known:
        return Response(status_code=304, headers=headers)
    return Response(found.scan.body, media_type="application/json", headers=headers)


@router.get("/scanners")
def list_scanners(house: HouseDep, _user: CurrentUser) -> ScannerList:
    """List every scanner with its parameters as JSON Schema, those of the installation's owner among them."""
    every = describe_every(house.known.scanners)
    return ScannerList.model_validate({"items": [one.to_dict() for one in every]})


@router.get("/explain", response_model=ExplanationAnswer)
async def explain(
    request: Request,
    house: HouseDep,
    user: CurrentUser,
    turns: TurnsDep,
    symbol: Symbol,
    scanner_type: Name,
    date: dt.date | None = None,
    cutoff_time: Cutoff | None = None,
    timeframe: Timeframe = "1d",
    hours: Hours = "regular",
    set_: Annotated[
        list[Annotated[str, Query(max_length=2100)]] | None,
        Query(alias="set", max_length=64, description="`name=value`, a parameter of the scanner; may be repeated"),
    ] = None,
) -> Response:
    """Say of one symbol each condition's value and threshold, and the first that was not true; with an ETag."""
    request.state.scanner_type = scanner_type
    asked = Asked(
        scanners=[scanner_type],
        date=date,
        cutoff=cutoff_time,
        timeframe=timeframe,
        hours=hours,
        parameters=assignments(set_ or ()),
        given_by="set",
    )
    return tagged(request, await turns.run(lambda: json_bytes(house.scanning.explain(user, asked, symbol).to_dict())))


@router.get("/{scan_id}/funnel/{step:path}")
async def who_fell(
    scan_id: ScanId,
    step: Annotated[str, Path(max_length=500, description="its name, or its place in the funnel from 0")],
    house: HouseDep,
    user: CurrentUser,
    turns: TurnsDep,
    pattern: Annotated[
        str | None, Query(max_length=200, description="whose funnel: its name or place; default: the first")
    ] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> FallenPage:
    """Say which symbols fell at a step of a scan's funnel, the nearest misses first."""
    first = offset_of(cursor)
    where = AtStep(step, pattern, first, limit)
    found = await turns.run(lambda: house.scanning.fallen(user, scan_id, where))
    after = None if found.is_all else next_offset(first + limit)
    about = {name: value for name, value in vars(found).items() if name not in ("fell", "is_all")}
    return FallenPage.model_validate({**about, "items": found.fell, "next_cursor": after}, from_attributes=True)
