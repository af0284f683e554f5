"""`/api/v1/analytics`: what the scanner produced for the caller, and how it turned out."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Annotated, Any, Final, Literal

import orjson
from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from tapehawk.api.dependencies import CurrentUser, HouseDep
from tapehawk.api.etags import unless_known
from tapehawk.api.signal_models import Direction
from tapehawk.api.texts import Word
from tapehawk.app.analytics import Turnout, performance, produced
from tapehawk.app.house import House
from tapehawk.app.tracks import Among, Counting, Regime, Span
from tapehawk.core.errors import NoData
from tapehawk.core.series import MARKETS
from tapehawk.notify.rules import Phase
from tapehawk.records.records import Records

router = APIRouter(prefix="/api/v1/analytics", tags=["analytics"])

_WAYS: Final[Mapping[str, tuple[str, ...]]] = {
    "day": ("date",),
    "phase": ("phase",),
    "scanner": ("scanner",),
    "pattern": ("scanner", "pattern"),
    "direction": ("direction",),
    "regime": ("regime",),
    "decile": ("decile",),
    "confidence": ("confidence_from",),
}
By = Annotated[
    Literal["day", "phase", "scanner", "pattern", "direction", "regime", "decile", "confidence"],
    Query(
        description="what signals are grouped by: `regime` is the market's as known before the day, `decile` says where"
        " a score stands among those of its scanner (1 to 10), `confidence` goes by tenths of the scale"
    ),
]
_KNOWN: Final[dict[int | str, dict[str, Any]]] = {
    304: {"description": "the answer of this `If-None-Match` still holds"}
}


class Ends(BaseModel):
    """The ends of a 95 % interval, in percent."""

    low: float
    high: float


class Scores(BaseModel):
    """The lowest and the highest score of a group's n."""

    low: float
    high: float


class Outcomes(BaseModel):
    """What a group of signals came to. P&L and R are hypothetical: at the prices of bars, without costs."""

    group: dict[str, Any] = Field(examples=[{"date": "2026-03-02"}, {"scanner": "breakout", "pattern": "gap up"}])
    signals: int
    open: int
    expired: int
    cancelled: int
    n: int = Field(description="signals that were traded to an end: what `win_rate` is of")
    successes: int
    failures: int
    timed_out: int
    win_rate: float | None = Field(description="0 to 100: the share of n that reached target1 before the stop")
    interval: Ends | None = Field(description="Wilson's, of independent trials")
    clustered: Ends | None = Field(description="whole dates drawn anew: signals of a day share its market")
    dates: int
    mean_r: float | None
    total_r: float | None
    scores: Scores | None
    stated: float | None = Field(description="0 to 100: the mean confidence of the n, beside what was observed")
    hypothetical_pnl: float | None
    avg_confidence: float | None


class Counts(BaseModel):
    """How many signals a group has, by status."""

    group: dict[str, Any] = Field(examples=[{"phase": "premarket"}])
    signals: int
    active: int
    triggered: int
    expired: int
    cancelled: int
    closed: int
    n: int = Field(description="signals that triggered or expired: what `trigger_rate` is of")
    trigger_rate: float | None = Field(description="0 to 100")
    interval: Ends | None = Field(description="Wilson's, of independent trials")
    avg_confidence: float | None


class Performance(BaseModel):
    """How signals turned out, by group and all together."""

    source: Literal["live", "simulated"] = Field(description="signals of a real market, or of the simulator")
    items: list[Outcomes]
    total: Outcomes
    notes: list[str] = Field(examples=[["R and P&L are hypothetical: at the prices of bars, without costs"]])
    next_cursor: None = None


class Produced(BaseModel):
    """How many signals there were, by group and all together."""

    source: Literal["live", "simulated"] = Field(description="signals of a real market, or of the simulator")
    items: list[Counts]
    total: Counts
    notes: list[str]
    next_cursor: None = None


async def asked_span(
    from_: Annotated[dt.date | None, Query(alias="from", description="first session")] = None,
    to: Annotated[dt.date | None, Query(description="last session, inclusive")] = None,
) -> Span:
    """Return the sessions that a query is about."""
    return Span(from_, to)


async def asked_among(
    scanner: Annotated[Word | None, Query(description="only this scanner's")] = None,
    pattern: Annotated[Word | None, Query(description="only of this pattern")] = None,
    direction: Direction | None = None,
    phase: Annotated[Phase | None, Query(description="only of this phase of the trading day")] = None,
) -> Among:
    """Return which signals a query is about."""
    return Among(scanner, pattern, direction, phase)


async def asked_counting(
    span: Annotated[Span, Depends(asked_span)], among: Annotated[Among, Depends(asked_among)]
) -> Counting:
    """Return which signals are counted."""
    return Counting(span=span, among=among)


Counted = Annotated[Counting, Depends(asked_counting)]
Make = Callable[[Records, uuid.UUID, Counting], Turnout]


@router.get("/performance", response_model=Performance, responses=_KNOWN)
def get_performance(request: Request, house: HouseDep, user: CurrentUser, counted: Counted, by: By = "day") -> Response:
    """Say how the caller's signals turned out."""
    return _answer(request, house, user.id, performance, replace(counted, by=_WAYS[by]))


@router.get("/signals", response_model=Produced, responses=_KNOWN)
def get_signals(request: Request, house: HouseDep, user: CurrentUser, counted: Counted, by: By = "day") -> Response:
    """Say how many signals the caller was given, and how many were traded at all."""
    return _answer(request, house, user.id, produced, replace(counted, by=_WAYS[by]))


@router.get("/patterns", response_model=Performance, responses=_KNOWN)
def get_patterns(request: Request, house: HouseDep, user: CurrentUser, counted: Counted) -> Response:
    """Say how the signals of each pattern turned out."""
    return _answer(request, house, user.id, performance, replace(counted, by=_WAYS["pattern"]))


def _answer(request: Request, house: House, user_id: uuid.UUID, make: Make, counting: Counting) -> Response:
    made_of: tuple[object, ...] = ()
    if "regime" in counting.by:
        known = _regimes(house)
        made_of = tuple(sorted((market, version) for market, (version, _) in known.items()))
        counting = replace(counting, regimes={market: regime for market, (_, regime) in known.items()})
    with house.database.read() as records:
        state = (user_id, *records.of(user_id).signals.state(), *made_of)
        return unless_known(request, state, lambda: _json(make(records, user_id, counting)))


def _regimes(house: House) -> dict[str, tuple[str, Regime]]:
    """Return what says the regime on a date, by market, each with the version of the data it is made of."""
    found = {}
    for market in MARKETS:
        with suppress(NoData):
            found[market] = house.standing.regimes(market)
    return found


def _json(made: Turnout) -> bytes:
    said = {"source": made.source, "items": made.groups, "total": made.total, "notes": made.notes, "next_cursor": None}
    return orjson.dumps(said, option=orjson.OPT_UTC_Z)
