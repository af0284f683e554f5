"""How the scanner service is: what it depends on, one by one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from tapehawk.app.health import Check, Found, database_of

if TYPE_CHECKING:
    from tapehawk.app.house import House

NEEDED: Final = frozenset({"database", "store"})


def scanner_checks(house: House) -> Mapping[str, Check]:
    """Return the checks of the service."""
    return {
        "database": lambda: database_of(house),
        "store": lambda: _store(house),
        "scanners": lambda: _scanners(house),
        "scans": lambda: _scans(house),
    }


def _store(house: House) -> Found:
    from tapehawk.data.versions import table_version

    version = table_version(house.known.store, "bars_1d")
    if version is None:
        return Found("degraded", "no daily bars are stored yet: `scanner sync` or `scanner import` brings some")
    return Found(detail=f"daily bars at version {version}")


def _scanners(house: House) -> Found:
    from tapehawk.catalog import scanner_names

    return Found(detail=f"{len(scanner_names(house.known.scanners))} scanners")


def _scans(house: House) -> Found:
    said = house.performance.to_dict()["scans"]
    detail = f"{said['count']} computed, {said['cached']} answered from before, {said['failed']} refused or failed"
    return Found(detail=detail)
