"""`/api/health`, live and ready apart, and `/metrics`: for supervisors, and for people who wonder what is wrong."""

from __future__ import annotations

import datetime as dt
import hmac
from dataclasses import replace
from importlib.metadata import version
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Header
from fastapi.requests import Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from tapehawk.accounts.visitor import is_loopback
from tapehawk.api.dependencies import HouseDep
from tapehawk.api.problems import problem
from tapehawk.app.health import Checkup, State
from tapehawk.app.house import SERVICES
from tapehawk.app.telemetry import CONTENT_TYPE
from tapehawk.core.errors import NotSignedIn

router = APIRouter(tags=["health"])
FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-real-ip")


class DependencyHealth(BaseModel):
    """One thing that the service depends on."""

    name: str
    status: State
    detail: str = Field(description="what there is to be said of it")
    latency_ms: float = Field(description="how long it took to find out")


class HealthReport(BaseModel):
    """The whole, and its parts one by one."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "status": "degraded",
                "version": "0.1.0",
                "services": ["scanner", "records", "notifications", "market-data", "auth"],
                "uptime_seconds": 61.5,
                "timestamp": "2026-11-30T14:30:00Z",
                "dependencies": [
                    {"name": "database", "status": "ok", "detail": "SQLite", "latency_ms": 0.4},
                    {
                        "name": "store",
                        "status": "degraded",
                        "detail": "no daily bars are stored yet",
                        "latency_ms": 0.1,
                    },
                ],
            }
        }
    )

    status: State = Field(description="`down` while something needed is; `degraded` while anything else is not well")
    version: str
    services: list[str] = Field(description="every service of the installation, wherever it runs")
    uptime_seconds: float
    timestamp: dt.datetime
    dependencies: list[DependencyHealth]


class Alive(BaseModel):
    """The process answers."""

    model_config = ConfigDict(json_schema_extra={"example": {"status": "ok"}})

    status: Literal["ok"] = "ok"


@router.get("/api/health")
def get_health(house: HouseDep) -> HealthReport:
    """Return how everything is, each dependency with how long it took to answer. Always 200: the word is `status`.

    A service that runs in another process is a dependency of its name: `down` when nothing is heard of it.
    """
    own, others = house.health.checkup(), house.others_health.checkup()
    found = replace(own, dependencies=own.dependencies + others.dependencies)
    return HealthReport(
        status=found.status,
        version=version("tapehawk"),
        services=list(SERVICES),
        uptime_seconds=round(house.uptime, 1),
        timestamp=found.at,
        dependencies=_shown(found),
    )


@router.get("/api/health/live")
async def get_live() -> Alive:
    """Say that the process answers; whatever it depends on may be away. For restarting one that hangs."""
    return Alive()


@router.get("/api/health/ready", response_model=Alive)
def get_ready(request: Request, house: HouseDep) -> Response:
    """Say whether requests can be served: 503 while something needed is away, or the process is about to end."""
    if house.ending.is_set():
        return problem(request, 503, "this process is ending")
    found = house.health.checkup()
    if found.status == "down":
        away = [one.name for one in found.dependencies if one.status == "down"]
        parts = [one.model_dump() for one in _shown(found)]
        answer = problem(request, 503, f"away: {', '.join(away)}", dependencies=parts)
        answer.headers["Retry-After"] = "5"
        return answer
    return JSONResponse({"status": "ok"})


def _shown(found: Checkup) -> list[DependencyHealth]:
    return [
        DependencyHealth(name=one.name, status=one.status, detail=one.detail, latency_ms=one.latency_ms)
        for one in found.dependencies
    ]


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"example": "tapehawk_threads_busy_share 0.05\n"}}}},
)
def get_metrics(
    request: Request, house: HouseDep, authorization: Annotated[str, Header(max_length=1000)] = ""
) -> Response:
    """Return every number for Prometheus. Open to this machine, else for the bearer of METRICS_TOKEN."""
    if not is_from_here(request) and not _is_token(house.known.api.metrics_token.get_secret_value(), authorization):
        hint = "Authorization: Bearer METRICS_TOKEN, which the service's settings hold"
        raise NotSignedIn("the numbers are for this machine and for who has their token", hint=hint)
    return Response(house.telemetry.text(), media_type=CONTENT_TYPE)


def is_from_here(request: Request) -> bool:
    """Say whether a request comes from this machine itself, by no proxy."""
    host = request.client.host if request.client else ""
    return is_loopback(host) and not any(name in request.headers for name in FORWARDED)


def _is_token(wanted: str, authorization: str) -> bool:
    scheme, _, given = authorization.partition(" ")
    return bool(wanted) and scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), wanted.encode())
