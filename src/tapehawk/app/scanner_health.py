"""How the scanner service is: what it depends on, one by one."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from tapehawk.app.house import House
from tapehawk.core.errors import TapehawkError

State = Literal["ok", "degraded", "down"]
NEEDED: Final = ("database", "store")


@dataclass(frozen=True)
class Dependency:
    """A thing that is depended on, what is to be said of it, and how long it took to find out."""

    name: str
    status: State
    detail: str
    latency_ms: float


Check = Callable[[], tuple[State, str]]


def checked(house: House) -> tuple[State, list[Dependency]]:
    """Return how the whole is, and each thing: "down" where it can answer nothing, "degraded" where less than all."""
    found = [_asked(name, check) for name, check in _checks(house).items()]
    if any(one.status == "down" and one.name in NEEDED for one in found):
        return "down", found
    return ("ok" if all(one.status == "ok" for one in found) else "degraded"), found


def _checks(house: House) -> Mapping[str, Check]:
    return {
        "database": lambda: _database(house),
        "store": lambda: _store(house),
        "scanners": lambda: _scanners(house),
        "scans": lambda: _scans(house),
    }


def _asked(name: str, check: Check) -> Dependency:
    began = time.perf_counter()
    try:
        status, detail = check()
    except TapehawkError as error:
        status, detail = "down", error.message
    except OSError as error:
        status, detail = "down", error.strerror or type(error).__name__
    return Dependency(name, status, detail, round((time.perf_counter() - began) * 1000, 3))


def _database(house: House) -> tuple[State, str]:
    house.database.ping()
    return "ok", "PostgreSQL" if house.database.is_shared else "SQLite"


def _store(house: House) -> tuple[State, str]:
    from tapehawk.data.versions import table_version

    version = table_version(house.known.store, "bars_1d")
    if version is None:
        return "degraded", "no daily bars are stored yet: `scanner sync` or `scanner import` brings some"
    return "ok", f"daily bars at version {version}"


def _scanners(house: House) -> tuple[State, str]:
    from tapehawk.catalog import scanner_names

    return "ok", f"{len(scanner_names(house.known.scanners))} scanners"


def _scans(house: House) -> tuple[State, str]:
    said = house.performance.to_dict()["scans"]
    return "ok", f"{said['count']} computed, {said['cached']} answered from before, {said['failed']} refused or failed"
