"""`scanner` by a clock that began at another instant and goes faster: a session that can be watched at any time.

    python -m tests.web.moved_clock serve --port 8000

The environment says how (`moved`), so that a server which is killed and started again goes on by the same clock.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import time
from dataclasses import replace
from typing import Any

from tapehawk.app import live_desk, serving
from tapehawk.app.house import House
from tapehawk.cli.main import main
from tapehawk.data.providers.wire.clock import SYSTEM

CLOCK = "TAPEHAWK_TEST_CLOCK"


def moved(to: str, *, speed: float) -> str:
    """Return a clock that shows an instant now, as the environment says it."""
    return f"{time.time()} {dt.datetime.fromisoformat(to).timestamp()} {speed}"


def run(clock: str) -> None:
    """Run `scanner` by a clock."""
    began, instant, speed = map(float, clock.split())

    def now() -> dt.datetime:
        return dt.datetime.fromtimestamp(instant + (time.time() - began) * speed, dt.UTC)

    async def sleep(seconds: float) -> None:
        await asyncio.sleep(seconds / speed)

    def house(*given: Any) -> House:
        made = House(*given, now=now)
        made.tokens.lasts *= speed  # a browser counts how long its token lasts by a clock that is not moved
        return made

    serving.House = house  # type: ignore[misc]
    live_desk.SYSTEM = replace(SYSTEM, tick=lambda: SYSTEM.tick() * speed, sleep=sleep)  # type: ignore[misc]
    main()


if __name__ == "__main__":
    run(os.environ[CLOCK])
