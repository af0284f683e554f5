"""The application: a house, the routers of its services, and what goes around every request."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager
from typing import Final

from anyio import CapacityLimiter
from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from tapehawk.api import problems
from tapehawk.api.around import put_around
from tapehawk.api.around.methods import Allowed
from tapehawk.api.sockets.desk import attending
from tapehawk.api.surfaces import routers
from tapehawk.app.broadcast import speaking
from tapehawk.app.house import House
from tapehawk.app.measuring import measure
from tapehawk.app.workers import working

SWITCHING: Final = 0.0005
"""Seconds after which a thread that computes lets another go on. A thread that reads rows of SQLite gives way at each
of them and waits so long to be let on: with the interpreter's own 5 ms, 100 requests a second took 180 ms each."""
ANSWERING: Final = 4
"""Threads that answer requests, which share one interpreter: more of them only take it from each other and from the
loop that feeds them. What scans the market has threads of its own (`turns.py`); a quick scan has not."""


def build(house: House) -> FastAPI:
    """Return the application that serves a house's services, which it closes at its end."""

    @asynccontextmanager
    async def living(app: FastAPI) -> AsyncIterator[None]:
        threads = current_default_thread_limiter()
        sys.setswitchinterval(SWITCHING)
        threads.total_tokens = ANSWERING
        house.gauges.add("threads_busy_share", "of the threads that answer requests", lambda: _busy(threads))
        try:
            async with (
                house.bus,
                attending(house) as app.state.sockets,
                speaking(house.broadcast, house.bus),
                _in_threads(working(house)),
            ):
                yield
        finally:
            house.ending.set()
            await run_in_threadpool(house.close)

    app = FastAPI(
        lifespan=living,
        telemetry={"tracing": False, "metrics": False, "logs": False, "operation_spans": False},
        openapi_url=None,  # documents.py shows the whole API, whichever services run here
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    measure(house)
    app.state.house = house
    problems.install(app)
    served = list(routers(house.services))
    for router in served:
        app.include_router(router)
    app.state.allowed = Allowed(route for router in served for route in router.routes)
    put_around(app, house)
    return app


@asynccontextmanager
async def _in_threads(blocking: AbstractContextManager[None]) -> AsyncIterator[None]:
    """Enter and leave what may block beside the loop."""
    await run_in_threadpool(blocking.__enter__)
    try:
        yield
    finally:
        await run_in_threadpool(blocking.__exit__, None, None, None)


def made() -> FastAPI:
    """Return the application of a process that another one started; its settings are in the environment."""
    from tapehawk.app.serving import house_here

    return build(house_here())


def _busy(threads: CapacityLimiter) -> float:
    return threads.borrowed_tokens / threads.total_tokens
