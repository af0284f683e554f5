"""Works side by side."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Coroutine


async def done(result: object) -> None:
    """Wait for what a callback returned, if there is something to wait for."""
    if inspect.isawaitable(result):
        await result


async def first_to_end(*works: Coroutine[object, object, None]) -> None:
    """Run works side by side until one ends or fails; the others are cancelled and waited for."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in ended:
        task.result()
