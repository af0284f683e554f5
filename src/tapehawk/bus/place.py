"""Where in a bus an event stands: the era of the numbering, and the number in it.

An era is a time (milliseconds UTC) at which somebody began to number events anew: a bus in memory was made, a server
came back that may have forgotten. Within an era the numbers have no holes, so that whoever knows two places knows how
many events lie between them; between two eras nobody knows. To everyone else a place is an opaque text that sorts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from tapehawk.core.errors import BadInput

_WRITTEN: Final = re.compile(r"(\d{16})-(\d{16})", re.ASCII)


@dataclass(frozen=True, order=True)
class Place:
    """A place in a bus."""

    era: int
    number: int

    def __str__(self) -> str:
        return f"{self.era:016}-{self.number:016}"

    @classmethod
    def read(cls, text: str) -> Place:
        """Return the place that `str` wrote. Raises BadInput."""
        found = _WRITTEN.fullmatch(text)
        if not found:
            raise BadInput(f"{text!r} is no position in a bus", hint="a subscription and `publish` give positions")
        return cls(int(found[1]), int(found[2]))

    @property
    def before(self) -> Place:
        """Return the place before this one, in the same era."""
        return Place(self.era, max(self.number - 1, 0))
