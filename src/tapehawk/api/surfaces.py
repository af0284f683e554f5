"""Which service answers which surface: a router a surface, imported where it is served."""

from __future__ import annotations

import importlib
from collections.abc import Collection, Iterator, Mapping
from typing import Final, cast

from fastapi import APIRouter
from starlette.routing import BaseRoute

SURFACES: Final[Mapping[str, tuple[str, ...]]] = {
    "auth": ("auth", "sign_ins", "users", "audit", "welcome"),
    "scanner": (
        "scans",
        "formulas",
        "symbols",
        "presets",
        "exports",
        "scanner_state",
        "live",
        "models",
        "range_scans",
        "range_scan_events",
        "quick",
        "market_overview",
        "sockets.scanning",
        "sockets.socket_io_door",
    ),
    "records": ("signals", "watchlist", "portfolios", "analytics", "jobs", "settings", "sockets.signals"),
    "market-data": ("market_data", "sockets.market_data"),
    "notifications": ("notifications",),
}
"""By service, the modules of this package that each hold a `router`."""

EVERYWHERE: Final = ("health", "documents", "web_app")
"""What every process answers for itself."""


def routers(services: Collection[str]) -> Iterator[APIRouter]:
    """Yield the routers of some services, in the order of the table, then those of every process."""
    for service, modules in SURFACES.items():
        if service in services:
            yield from map(_router, modules)
    yield from map(_router, EVERYWHERE)


def routes(service: str) -> Iterator[BaseRoute]:
    """Yield the routes and sockets that only one service answers."""
    for module in SURFACES[service]:
        yield from _router(module).routes


def routes_of_all() -> Iterator[BaseRoute]:
    """Yield what every process answers for itself."""
    for module in EVERYWHERE:
        yield from _router(module).routes


def _router(module: str) -> APIRouter:
    return cast("APIRouter", importlib.import_module(f"tapehawk.api.{module}").router)
