"""How each thing is that a process depends on, asked at once and not longer than a few seconds.

A check returns what it found, or raises: a check that raises is down. What a process can't answer without is *needed*:
while it is down the process is not ready, and a supervisor sends requests elsewhere.
"""

from __future__ import annotations

import datetime as dt
import shutil
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final, Literal

from tapehawk.core.errors import TapehawkError

if TYPE_CHECKING:
    from tapehawk.app.house import House

State = Literal["ok", "degraded", "down"]
PATIENCE: Final = 3.0  # seconds that a check may take
FRESH: Final = 1.0  # seconds for which an answer serves others who ask: health is open to all
LEAST_ROOM: Final = 100_000_000  # bytes, below which nothing is stored any more
LITTLE_ROOM: Final = 2_000_000_000
NEEDED: Final = frozenset({"database", "bus", "disk"})


@dataclass(frozen=True)
class Found:
    """What a check found."""

    state: State = "ok"
    detail: str = ""


@dataclass(frozen=True)
class Dependency:
    """A thing depended on: its state, what is to be said of it, and how long it took to find out."""

    name: str
    status: State
    detail: str
    latency_ms: float


@dataclass(frozen=True)
class Checkup:
    """Everything, and the whole: the worst state of what is needed, degraded by anything else that is not ok."""

    at: dt.datetime
    dependencies: tuple[Dependency, ...]
    needed: frozenset[str] = NEEDED

    @property
    def status(self) -> State:
        """Say how the whole is."""
        if any(one.status == "down" and one.name in self.needed for one in self.dependencies):
            return "down"
        return "ok" if all(one.status == "ok" for one in self.dependencies) else "degraded"


Check = Callable[[], Found]


class Health:
    """Asks the checks, and keeps the answer for a moment. `needed`: what nothing can be answered without."""

    def __init__(
        self, checks: Mapping[str, Check], now: Callable[[], dt.datetime], *, needed: frozenset[str] = NEEDED
    ) -> None:
        self._checks, self._now, self._needed, self._turn = checks, now, needed, Lock()
        self._last: tuple[float, Checkup] | None = None

    def checkup(self) -> Checkup:
        """Ask every check, all at the same time."""
        with self._turn:
            if self._last is None or time.monotonic() - self._last[0] > FRESH:
                self._last = time.monotonic(), self._asked()
            return self._last[1]

    def _asked(self) -> Checkup:
        pool = ThreadPoolExecutor(max(1, len(self._checks)), thread_name_prefix="health")
        asked = {name: pool.submit(_timed, name, check) for name, check in self._checks.items()}
        wait(asked.values(), PATIENCE)
        pool.shutdown(wait=False, cancel_futures=True)
        found = [
            one.result() if one.done() else Dependency(name, "down", "it does not answer", PATIENCE * 1000)
            for name, one in asked.items()
        ]
        return Checkup(self._now(), tuple(found), self._needed)


def checks_of(house: House) -> dict[str, Check]:
    """Return the checks of a process."""
    return {
        "database": lambda: database_of(house),
        "bus": lambda: _bus(house),
        "store": lambda: _store(house.known.store),
        "providers": lambda: _providers(house),
        "disk": lambda: _disk(house.known.store),
        "workers": lambda: _workers(house),
    }


def _timed(name: str, check: Check) -> Dependency:
    began = time.perf_counter()
    try:
        found = check()
    except TapehawkError as error:
        found = Found("down", error.message)
    except OSError as error:
        found = Found("down", error.strerror or type(error).__name__)
    return Dependency(name, found.state, found.detail, round((time.perf_counter() - began) * 1000, 2))


def database_of(house: House) -> Found:
    """Say which database there is. Raises what asking it does."""
    house.database.ping()
    return Found(detail="PostgreSQL" if house.database.is_shared else "SQLite")


def _bus(house: House) -> Found:
    if not house.known.redis_url:
        return Found(detail="in memory")
    from tapehawk.bus.redis import ping

    ping(house.known.redis_url)
    return Found(detail="Redis")


def _store(root: Path) -> Found:
    from tapehawk.data.versions import table_version

    if table_version(root, "bars_1d") is None:
        return Found("degraded", "no daily bars are stored yet: `scanner sync` or `scanner import` brings some")
    return Found()


def _providers(house: House) -> Found:
    from tapehawk.data.health import read_health

    known = read_health(house.known.store)
    shut = [one.provider.provider for one in known if one.provider.breaker != "closed"]
    if shut:
        return Found("degraded", f"left alone after errors: {', '.join(shut)}; scans answer from the store")
    return Found(detail=", ".join(one.provider.provider for one in known) or "none asked yet")


def _disk(root: Path) -> Found:
    there = next(path for path in (root, *root.resolve().parents) if path.exists())
    free = shutil.disk_usage(there).free
    state: State = "down" if free < LEAST_ROOM else "degraded" if free < LITTLE_ROOM else "ok"
    return Found(state, f"{free / 1e9:,.1f} GB free")


def _workers(house: House) -> Found:
    failing = dict(house.troubles)
    return Found("degraded", f"failing: {', '.join(sorted(failing))}") if failing else Found()
