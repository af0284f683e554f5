"""Who is analysed next: symbols that wait for their deep analysis, most urgent first, each of them once.

    asked by a person before periodic · with a side before without · strongest first · by name

A newer scan's wish for a symbol takes the place of an older one of the same owner, and is as urgent as the more urgent
of both. Wishes of several owners for one symbol stand side by side, so that one analysis answers them all. The queue is
bounded: when it is full the least urgent symbols are turned away, and whoever added them is told which.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

ASKED: Final = 0
PERIODIC: Final = 1
NO_SIDE: Final = "HOLD"
LOOKED: Final = 4


class Wish(NamedTuple):
    """A symbol that waits, and what a scan says of it: its side, how strongly, on which bars (None: the usual).

    `owner`: who asked for the scan, "" for nobody in particular. `alone`: its batch was overdue, and it may be why.
    """

    scan_id: str
    symbol: str
    side: str
    strength: float
    urgency: int = ASKED
    timeframe: str | None = None
    owner: str = ""
    alone: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """Return what waits once: a symbol of an owner."""
        return self.owner, self.symbol

    @property
    def place(self) -> tuple[int, bool, float, str]:
        """Return its place in the queue, the lowest first."""
        return self.urgency, self.side == NO_SIDE, -self.strength, self.symbol


class DeepQueue:
    """At most `room` waiting wishes, one a symbol and owner."""

    def __init__(self, room: int) -> None:
        self.room = room
        self._waiting: list[Wish] = []  # the most urgent last

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, wishes: Iterable[Wish]) -> tuple[list[Wish], list[Wish]]:
        """Put wishes in; return the older ones whose place they took, and those turned away for want of room."""
        waiting = {wish.key: wish for wish in self._waiting}
        superseded = []
        for wish in wishes:
            older = waiting.get(wish.key)
            if older is None:
                waiting[wish.key] = wish
                continue
            superseded.append(older)
            waiting[wish.key] = wish if wish.urgency <= older.urgency else wish._replace(urgency=older.urgency)
        self._waiting = sorted(waiting.values(), key=lambda wish: wish.place, reverse=True)
        return superseded, self._turned_away()

    def take(self, count: int) -> list[Wish]:
        """Take out the most urgent wishes that are about the same bars as the first of them, each symbol for one side.

        Wishes for a symbol that is taken come along, whoever's they are: at most LOOKED times `count` are looked at.
        What is to be tried alone shares its batch with no other symbol.
        """
        near = self._waiting[: -LOOKED * count - 1 : -1]
        about = near[0].timeframe if near else None
        count = 1 if near and near[0].alone else count
        sides: dict[str, str] = {}
        taken: list[Wish] = []
        left: list[Wish] = []
        for wish in near:
            has_room = not sides or (len(sides) < count and not wish.alone)
            fits = wish.timeframe == about and (wish.symbol in sides or has_room)
            fits = fits and sides.setdefault(wish.symbol, wish.side) == wish.side
            (taken if fits else left).append(wish)
        self._waiting[len(self._waiting) - len(near) :] = left[::-1]
        return taken

    def clear(self) -> list[Wish]:
        """Take everything out."""
        waiting, self._waiting = self._waiting[::-1], []
        return waiting

    def _turned_away(self) -> list[Wish]:
        over = max(0, len(self._waiting) - self.room)
        away = self._waiting[:over]
        del self._waiting[:over]
        return away
