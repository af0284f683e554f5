"""The application: a house, the routers of its services, and what goes around every request."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from tapehawk.api import problems
from tapehawk.api.problems import Problem
from tapehawk.api.sockets.desk import attending
from tapehawk.api.surfaces import routers
from tapehawk.api.timing import Timed
from tapehawk.app.broadcast import speaking
from tapehawk.app.house import House
from tapehawk.app.workers import working


def build(house: House) -> FastAPI:
    """Return the application that serves a house's services, which it closes at its end."""

    @asynccontextmanager
    async def living(app: FastAPI) -> AsyncIterator[None]:
        try:
            async with (
                house.bus,
                attending(house) as app.state.sockets,
                speaking(house.broadcast, house.bus),
                _in_threads(working(house)),
            ):
                yield
        finally:
            await run_in_threadpool(house.close)

    app = FastAPI(
        title="Tapehawk",
        version=version("tapehawk"),
        description="A market scanner: one definition of a scan everywhere, which cannot see the future.",
        lifespan=living,
        telemetry={"tracing": False, "metrics": False, "logs": False, "operation_spans": False},
        responses={status: {"model": Problem, "description": title} for status, title in _ALWAYS.items()},
    )
    app.state.house = house
    problems.install(app)
    app.add_middleware(Timed, performance=house.performance)
    for router in routers(house.services):
        app.include_router(router)
    return app


@asynccontextmanager
async def _in_threads(blocking: AbstractContextManager[None]) -> AsyncIterator[None]:
    """Enter and leave what may block beside the loop."""
    await run_in_threadpool(blocking.__enter__)
    try:
        yield
    finally:
        await run_in_threadpool(blocking.__exit__, None, None, None)


_ALWAYS = {401: "Not signed in", 422: "Bad input", 429: "Too many requests", 503: "Try again later"}
