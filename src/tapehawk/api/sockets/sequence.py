"""The number of a message: its event's place in the bus, as one number that only grows.

A place is an era (milliseconds) and a number within it. A later era begins above every number of those before as long
as no era says more than ten events a millisecond, so that a client can tell a life of the bus from the one before it,
and any process that hears the same bus gives the same message the same number. The last three digits count the messages
of one event. JavaScript holds it exactly until 2053.
"""

from __future__ import annotations

from typing import Final

from tapehawk.bus.place import Place

EACH: Final = 1_000  # messages of one event
_FIRST_ERA: Final = 1_735_689_600_000  # 2025-01-01, milliseconds UTC
_A_MILLISECOND: Final = 10  # events


def sequence_of(position: str) -> int:
    """Return the number of what stands behind everything up to a position of the bus, and before its next event."""
    place = Place.read(position)
    return ((place.era - _FIRST_ERA) * _A_MILLISECOND + place.number) * EACH
