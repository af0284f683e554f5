"""Which service answers which surface: a router a surface, imported where it is served."""

from __future__ import annotations

import importlib
from collections.abc import Collection, Iterator, Mapping
from typing import Final, cast

from fastapi import APIRouter

SURFACES: Final[Mapping[str, tuple[str, ...]]] = {
    "auth": ("auth", "sign_ins", "users", "welcome"),
    "scanner": (
        "scans",
        "formulas",
        "symbols",
        "presets",
        "exports",
        "scanner_state",
        "models",
        "range_scans",
        "range_scan_events",
        "quick",
        "market_overview",
        "sockets.scanning",
        "sockets.socket_io_door",
    ),
    "records": ("signals", "watchlist", "portfolios", "analytics", "jobs", "sockets.signals"),
    "market-data": ("market_data", "sockets.market_data"),
    "notifications": ("notifications",),
}
"""By service, the modules of this package that each hold a `router`."""


def routers(services: Collection[str]) -> Iterator[APIRouter]:
    """Yield the routers of some services, in the order of the table."""
    for service, modules in SURFACES.items():
        if service in services:
            for module in modules:
                yield cast("APIRouter", importlib.import_module(f"tapehawk.api.{module}").router)
