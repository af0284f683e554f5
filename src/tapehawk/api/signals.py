"""`/api/v1/signals`: what scans found for the caller, and what became of it."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from tapehawk.api.dependencies import CurrentUser, Cursor, HouseDep, Limit, Writer
from tapehawk.api.problems import Problem
from tapehawk.api.signal_models import Direction, SignalPage, SignalStory, Status, StatusChange
from tapehawk.api.texts import Symbol, Word
from tapehawk.core.events import UserSignal
from tapehawk.notify.rules import Phase
from tapehawk.records.owned import Row
from tapehawk.records.plain import plain
from tapehawk.records.signal_rows import shown
from tapehawk.records.signals import Wanted

router = APIRouter(prefix="/api/v1/signals", tags=["signals"])


async def wanted_signals(
    symbol: Annotated[Symbol | None, Query(examples=["AAPL"])] = None,
    scanner: Annotated[Word | None, Query(examples=["breakout"])] = None,
    pattern: Annotated[Word | None, Query(examples=["resistance break"])] = None,
    direction: Direction | None = None,
    phase: Annotated[Phase | None, Query(description="of the trading day, of the setup's bar")] = None,
    status: Status | None = None,
    min_confidence: Annotated[float | None, Query(ge=0, le=100)] = None,
    from_: Annotated[dt.date | None, Query(alias="from", description="first day of the setup's bar, in UTC")] = None,
    to: Annotated[dt.date | None, Query(description="last day of it, inclusive")] = None,
) -> Wanted:
    """Return which signals a query wants."""
    return Wanted(symbol, scanner, pattern, direction, phase, status, min_confidence, from_, to)


WantedSignals = Annotated[Wanted, Depends(wanted_signals)]


@router.get("", response_model=SignalPage)
def list_signals(
    house: HouseDep, user: CurrentUser, wanted: WantedSignals, limit: Limit = 50, cursor: Cursor = None
) -> Response:
    """List the caller's signals, the latest bar's first."""
    with house.database.ask() as records:
        page = records.of(user.id).signals.wanted(wanted, limit=limit, cursor=cursor)
    return _json({"items": page.items, "next_cursor": page.next_cursor})


@router.get("/{signal_id}", response_model=SignalStory, responses={404: {"model": Problem}})
def get_signal(signal_id: uuid.UUID, house: HouseDep, user: CurrentUser) -> Response:
    """Return one signal with its outcome and what became of it, step by step."""
    with house.database.read() as records:
        return _json(_story(records.of(user.id).signals.get(signal_id)))


@router.patch(
    "/{signal_id}/status",
    response_model=SignalStory,
    responses={404: {"model": Problem}, 409: {"model": Problem, "description": "its status forbids it"}},
)
def change_status(signal_id: uuid.UUID, change: StatusChange, house: HouseDep, user: Writer) -> Response:
    """Take a signal to another status by hand; scans follow it no more."""
    with house.database.write() as records:
        row = records.of(user.id).signals.move(signal_id, change.status, now=house.now())
    house.broadcast.say(UserSignal(str(user.id), plain(shown(row))))
    return _json(_story(row))


def _story(row: Row) -> dict[str, Any]:
    return {**shown(row), "history": row["history"]}


def _json(said: object) -> Response:
    return Response(orjson.dumps(said, option=orjson.OPT_UTC_Z), media_type="application/json")
