"""`/api/v1/scanner/health` and `/stats/performance`: how this service is, and how it does."""

from __future__ import annotations

import datetime as dt
import os
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from tapehawk.api.dependencies import CurrentUser, HouseDep
from tapehawk.app.health import State

router = APIRouter(prefix="/api/v1/scanner", tags=["scanner"])


class ScannerDependency(BaseModel):
    """One thing that the service depends on."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    status: State
    detail: str
    latency_ms: Annotated[float, Field(description="how long it took to find out")]


class ScannerHealth(BaseModel):
    """The whole, and its parts one by one."""

    status: Annotated[State, Field(description="`down`: it can't answer; `degraded`: less than all is well")]
    service: Literal["scanner"]
    timestamp: dt.datetime
    dependencies: list[ScannerDependency]


class Percentiles(BaseModel):
    """How often, and percentiles of the last thousand times; null where there is none."""

    count: int
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None


class ScanPercentiles(Percentiles):
    """Scans: `count` were computed, others answered from before, others refused or failed."""

    cached: int
    failed: int
    success_rate: Annotated[float | None, Field(description="0–1, of all that were asked for")]


class PerformanceAnswer(BaseModel):
    """How the process that answers has done since it began; another one counts for itself."""

    process: Annotated[int, Field(description="number of the process that answers: of several, whichever was reached")]
    since: Annotated[dt.datetime, Field(description="when it began, and nothing was counted yet")]
    scans: ScanPercentiles
    scanners: dict[str, ScanPercentiles]
    results: Annotated[
        dict[str, dict[str, int]], Field(description="by scanner and day: the rows of the last scan of that day")
    ]
    errors: Annotated[dict[str, int], Field(description="scans that failed, by kind of error")]
    api: Annotated[dict[str, Percentiles], Field(description="by method and route")]
    statuses: Annotated[dict[str, int], Field(description="answers by status")]


@router.get("/health")
def get_health(house: HouseDep) -> ScannerHealth:
    """Return how this service is, each dependency with how long it took to answer. Always 200: the word is `status`."""
    found = house.scanner_health.checkup()
    parts = [ScannerDependency.model_validate(one) for one in found.dependencies]
    return ScannerHealth(status=found.status, service="scanner", timestamp=found.at, dependencies=parts)


@router.get("/stats/performance")
def get_performance(house: HouseDep, _user: CurrentUser) -> PerformanceAnswer:
    """Return how scans and answers of this process have gone: times, success, results, errors.

    A restart begins anew. `/metrics` adds all processes up, for Prometheus to keep.
    """
    since = house.now() - dt.timedelta(seconds=house.uptime)
    return PerformanceAnswer.model_validate({"process": os.getpid(), "since": since, **house.performance.to_dict()})
