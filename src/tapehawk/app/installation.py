"""Services that run in other processes: each process says every few seconds how it is, and who asks reads the rest.

It is said on the shelf at Redis and fades when it is not said again, so that a process that was killed says as much as
one that was stopped. Without Redis no other process is heard of.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from functools import partial
from threading import Event
from typing import TYPE_CHECKING, Final, cast

from tapehawk.app.health import Check, Found, State
from tapehawk.core.errors import TryAgain

if TYPE_CHECKING:
    from tapehawk.app.house import House

BEAT: Final = 2.0
"""Seconds from one heartbeat to the next."""
SILENT: Final = 10
"""Seconds without a heartbeat after which a service is missing; many beats, as a busy machine may hold one up."""


def beat(house: House, stop: Event) -> None:
    """Say how this process is, again and again; while Redis is away nobody hears it, and health says that."""
    if not house.shelf.is_shared:
        stop.wait()
        return
    while True:
        with suppress(TryAgain):
            say(house)
        if stop.wait(BEAT):
            return


def say(house: House) -> None:
    """Say once, of each service that runs here, how it is. Raises TryAgain."""
    state = house.health.checkup().status
    for name in house.services:
        house.shelf.put(_place(name), state.encode(), seconds=SILENT)


def checks_of_others(house: House, services: Collection[str]) -> Mapping[str, Check]:
    """Return a check of each of the services that does not run here."""
    return {name: partial(_heard, house, name) for name in services if name not in house.services}


def _heard(house: House, name: str) -> Found:
    if not house.shelf.is_shared:
        return Found("down", "it does not run in this process, and without REDIS_URL no other is heard of")
    said = house.shelf.get(_place(name))
    if said is None:
        return Found("down", f"nothing was heard of it for {SILENT} seconds")
    return Found(cast("State", said.decode()), "in a process of its own")


def _place(name: str) -> str:
    return f"service:{name}"
