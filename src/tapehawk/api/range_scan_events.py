"""`/api/scan/events`: what comes of a range scan, as server-sent events.

The first event says how the scan stands; the last is `complete` or `error`. News may be missed, the records are the
truth: they are looked at again whenever nothing was heard for a while.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import uuid
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Final

import orjson
from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from tapehawk.api.dependencies import CurrentUser, HouseDep
from tapehawk.api.range_scans import ScanId
from tapehawk.app.house import House
from tapehawk.app.range_scanning import standing
from tapehawk.bus.door import Subscription
from tapehawk.core.events import ScanProgress

router = APIRouter(prefix="/api/scan", tags=["range scans"])

HEARTBEAT: Final = 5.0  # seconds of silence
LAST: Final = ("complete", "error")
_EXAMPLE: Final = {
    "event": "progress",
    "data": (
        '{"type": "progress", "scan_id": "scan_20260302_153000_5f3a9c1e", "data": {"status": "running",'
        ' "progress_percent": 41.5}, "timestamp": "2026-03-02T15:30:01Z"}'
    ),
}
_SCHEMA: Final = {
    "type": "object",
    "required": ["event", "data"],
    "properties": {
        "event": {"enum": ["progress", "result", "complete", "error"]},
        "data": {"type": "string", "contentMediaType": "application/json"},
    },
}
"""Of one event: before OpenAPI 3.2 a stream of them has no words of its own."""


@router.get(
    "/events/{scan_id}",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "events `progress`, `result`, `complete`, `error`",
            "content": {"text/event-stream": {"schema": _SCHEMA, "example": _EXAMPLE}},
        }
    },
)
async def scan_events(scan_id: ScanId, house: HouseDep, user: CurrentUser) -> StreamingResponse:
    """Tell how a scan stands, and then what comes of it until its end."""
    subscription = await house.bus.subscribe([ScanProgress])  # before the look: what comes in between is heard
    try:
        first = await run_in_threadpool(standing, house, user.id, scan_id)
    except BaseException:
        await subscription.aclose()
        raise
    headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
    return StreamingResponse(_events(house, first, subscription), media_type="text/event-stream", headers=headers)


async def _events(house: House, first: ScanProgress, subscription: Subscription) -> AsyncIterator[bytes]:
    async with aclosing(subscription), aclosing(_heard(house, first, subscription)) as news_of_it:
        yield _written(first, house.now())
        if first.type in LAST:
            return
        async for heard in news_of_it:
            yield b": still there\n\n" if heard is None else _written(heard, house.now())
            if heard is not None and heard.type in LAST:
                return


async def _heard(house: House, first: ScanProgress, subscription: Subscription) -> AsyncGenerator[ScanProgress | None]:
    """Yield a scan's news; after a silence what the records say where that is the end, else None."""
    waiting: asyncio.Future[tuple[str, object]] | None = None
    try:
        while True:
            waiting = waiting or asyncio.ensure_future(anext(subscription))
            done, _ = await asyncio.wait({waiting}, timeout=HEARTBEAT)
            if not done:
                now = await run_in_threadpool(standing, house, uuid.UUID(first.user_id), first.scan_id)
                yield now if now.type in LAST else None
                continue
            try:
                _, event = waiting.result()
            except StopAsyncIteration:  # the service ends
                return
            waiting = None
            if isinstance(event, ScanProgress) and event.scan_id == first.scan_id:
                yield event
    finally:
        if waiting is not None:
            waiting.cancel()
            await asyncio.wait({waiting})


def _written(event: ScanProgress, now: dt.datetime) -> bytes:
    message = {"type": event.type, "scan_id": event.scan_id, "data": event.data, "timestamp": now}
    return b"event: %s\ndata: %s\n\n" % (event.type.encode(), orjson.dumps(message, option=orjson.OPT_UTC_Z))
