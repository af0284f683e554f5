"""`/api/scan`: range scans, each a job."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Response
from fastapi.responses import StreamingResponse

from tapehawk.api.dependencies import CurrentUser, Cursor, HouseDep, Limit, Writer
from tapehawk.api.once import Once
from tapehawk.api.range_scan_models import (
    ListedScan,
    ScanDeleted,
    ScanPage,
    ScanProgress,
    ScanQueued,
    ScanRequest,
    ScanResults,
    Universe,
)
from tapehawk.app import range_scans, scan_results
from tapehawk.records.owned import Row

router = APIRouter(prefix="/api/scan", tags=["range scans"], route_class=Once)

ScanId = Annotated[str, Path(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9_\-]+$", description="as it was given")]
IfNoneMatch = Annotated[str | None, Header(max_length=1000, description="the ETag that is there already")]


@router.post("/execute")
def execute_scan(request: ScanRequest, house: HouseDep, user: Writer) -> ScanQueued:
    """Queue a scan of every bar from one date to another."""
    made = range_scans.execute(house, user.id, request.asked())
    return ScanQueued(success=True, scan_id=made["id"], message=made["message"], status=made["status"])


@router.get("/list")
def list_scans(house: HouseDep, user: CurrentUser, limit: Limit = 100, cursor: Cursor = None) -> ScanPage:
    """List the caller's scans, newest first."""
    with house.database.read() as records:
        page = records.of(user.id).scans.page(limit=limit, cursor=cursor)
    items = [_listed(row, house.now()) for row in page.items]
    return ScanPage(items=items, next_cursor=page.next_cursor)


@router.get("/universe")
def get_universe(house: HouseDep, _user: CurrentUser) -> Universe:
    """Say what is stored to be scanned."""
    return Universe(**scan_results.universe(house))


@router.get("/progress/{scan_id}")
def get_progress(scan_id: ScanId, house: HouseDep, user: CurrentUser) -> ScanProgress:
    """Say how far a scan is."""
    with house.database.read(fresh=True) as records:
        row = records.of(user.id).scans.get(scan_id)
    return ScanProgress(**range_scans.progress_of(row, house.now()))


_UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "The rows are those of the ETag given"}}


@router.get("/results/{scan_id}", response_model=ScanResults, responses=_UNCHANGED)
def get_results(scan_id: ScanId, house: HouseDep, user: CurrentUser, if_none_match: IfNoneMatch = None) -> Response:
    """Return a scan's rows; of one that has not ended, or ended early, those of the parts that were computed."""
    answer = scan_results.answer(house, user.id, scan_id)
    tag = f'W/"{answer.tag}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if answer.age is not None:
        headers["Age"] = str(answer.age)
    if if_none_match is not None and tag in [one.strip() for one in if_none_match.split(",")]:
        return Response(status_code=304, headers=headers)
    return StreamingResponse(answer.written(), media_type="application/json", headers=headers)


@router.delete("/{scan_id}")
def delete_scan(scan_id: ScanId, house: HouseDep, user: Writer) -> ScanDeleted:
    """Cancel a scan that waits or runs; remove one that has ended."""
    done = range_scans.cancel_or_remove(house, user.id, scan_id)
    return ScanDeleted.model_validate({"success": True, "scan_id": scan_id, "message": done})


def _listed(row: Row, now: dt.datetime) -> ListedScan:
    return ListedScan(**range_scans.progress_of(row, now), scanner_type=row["scanner_type"])
