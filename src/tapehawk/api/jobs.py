"""`/api/v1/jobs`: what is done behind the requests: one's own, for admins everybody's and the system's."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from tapehawk.api.dependencies import CurrentUser, Cursor, HouseDep, Limit, Writer
from tapehawk.api.range_scan_models import Status
from tapehawk.app import job_desk

router = APIRouter(prefix="/api/v1/jobs", tags=["jobs"])
JobId = Annotated[str, Path(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9_\-]+$")]


class ShownJob(BaseModel):
    """A job: how far it is, and what became of it."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "id": "scan_20260302_153000_5f3a9c1e",
                "user_id": "6f1b2c3d-0000-4000-8000-000000000000",
                "kind": "range_scan",
                "status": "running",
                "progress_percent": 41.5,
                "message": "5 of 12 parts",
                "attempt": 1,
                "max_attempts": 5,
                "cancel_requested": False,
                "result": None,
                "error": None,
                "created_at": "2026-03-02T15:30:00Z",
                "run_at": "2026-03-02T15:30:00Z",
                "started_at": "2026-03-02T15:30:01Z",
                "finished_at": None,
            }
        }
    )

    id: str
    user_id: Annotated[uuid.UUID | None, Field(description="whose it is; null: the system's")]
    kind: str
    status: Status
    progress_percent: float
    message: str
    attempt: Annotated[int, Field(description="times it was begun")]
    max_attempts: int
    cancel_requested: bool
    result: Annotated[Any, Field(description="what it came to")]
    error: Annotated[str | None, Field(description="of the last attempt that failed")]
    created_at: dt.datetime
    run_at: Annotated[dt.datetime, Field(description="it is not begun before")]
    started_at: Annotated[dt.datetime | None, Field(description="when it was begun last")]
    finished_at: dt.datetime | None


class JobPage(BaseModel):
    """Jobs, newest first."""

    items: list[ShownJob]
    next_cursor: str | None


class JobDeleted(BaseModel):
    """A job that was cancelled, or removed where it had ended."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"success": True, "id": "scan_20260302_153000_5f3a9c1e", "message": "cancelled"}}
    )

    success: bool
    id: str
    message: Literal["cancelled", "deleted"]


@router.get("")
def list_jobs(house: HouseDep, user: CurrentUser, limit: Limit = 100, cursor: Cursor = None) -> JobPage:
    """List jobs, newest first."""
    page = job_desk.page(house, user, limit=limit, cursor=cursor)
    return JobPage(items=[_shown(row) for row in page.items], next_cursor=page.next_cursor)


@router.get("/{job_id}")
def get_job(job_id: JobId, house: HouseDep, user: CurrentUser) -> ShownJob:
    """Return one job."""
    return _shown(job_desk.job(house, user, job_id))


@router.delete("/{job_id}")
def delete_job(job_id: JobId, house: HouseDep, user: Writer) -> JobDeleted:
    """Cancel a job that waits or runs; remove one that has ended from the history."""
    done = job_desk.cancel_or_remove(house, user, job_id)
    return JobDeleted.model_validate({"success": True, "id": job_id, "message": done})


def _shown(row: dict[str, Any]) -> ShownJob:
    return ShownJob(status=row["state"], progress_percent=row["progress"], **_same(row))


def _same(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ShownJob.model_fields if name in row}
