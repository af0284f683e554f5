"""Which service answers which surface: a router a surface, imported where it is served."""

from __future__ import annotations

import importlib
from collections.abc import Collection, Iterator, Mapping
from typing import Final, cast

from fastapi import APIRouter

SURFACES: Final[Mapping[str, tuple[str, ...]]] = {
    "auth": ("users",),
    "scanner": (),
    "records": ("signals", "watchlist", "portfolios", "analytics"),
    "market-data": (),
    "notifications": (),
}
"""By service, the modules of this package that each hold a `router`."""


def routers(services: Collection[str]) -> Iterator[APIRouter]:
    """Yield the routers of some services, in the order of the table."""
    for service, modules in SURFACES.items():
        if service in services:
            for module in modules:
                yield cast("APIRouter", importlib.import_module(f"tapehawk.api.{module}").router)
