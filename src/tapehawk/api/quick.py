"""`/api/scanner`: the fast scan in two phases, rows at once and their deep analysis as it comes."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request, Response

from tapehawk.api.answers import json_answer, json_bytes, tagged
from tapehawk.api.dependencies import CurrentUser, HouseDep
from tapehawk.api.problems import Problem
from tapehawk.api.quick_shapes import QuickResults, QuickScanAnswer, QuickScanRequest, QuickStatus, QuickSymbol
from tapehawk.scan.quick_question import QuickQuestion

router = APIRouter(prefix="/api/scanner", tags=["fast scanner"])
_NOTHING: Final[dict[int | str, dict[str, Any]]] = {
    404: {"model": Problem, "description": "Nothing that is stored answers"}
}


@router.post("/quick-scan", response_model=QuickScanAnswer, responses=_NOTHING)
def quick_scan(asked: QuickScanRequest, house: HouseDep, user: CurrentUser) -> Response:
    """Judge the last closed bar of each symbol at once; stale data is answered and labelled.

    A symbol that is not stored is named in `missing` and keeps no other. Deep analysis goes on in the background and
    ends with the scan that asks for the same symbol next.
    """
    question = QuickQuestion(asked.symbols, asked.timeframe, asked.universe)
    with house.quick.scanner.queue.paused():
        return json_answer(house.quick.scan(question, owner=str(user.id)).to_dict())


@router.get("/results", response_model=QuickResults)
def results(request: Request, house: HouseDep, user: CurrentUser) -> Response:
    """Return the rows of the last scan, the caller's own or a periodic one, and how things stand, with an ETag."""
    return tagged(request, json_bytes(house.quick.scanner.results(str(user.id))))


@router.get("/symbol/{symbol:path}", response_model=QuickSymbol, responses=_NOTHING)
def symbol_of(
    symbol: Annotated[str, Path(min_length=1, max_length=32, description="may hold a slash: BTC/USDT")],
    house: HouseDep,
    user: CurrentUser,
) -> Response:
    """Return one symbol's own row and what is known of it deeply by now."""
    return json_answer(house.quick.scanner.symbol(symbol, str(user.id)))


@router.get("/scan-status", response_model=QuickStatus)
def scan_status(house: HouseDep, user: CurrentUser) -> Response:
    """Say how scanning stands, and list the last scans, the caller's own and the periodic ones, newest first."""
    return json_answer(house.quick.scanner.scan_status(str(user.id)))
