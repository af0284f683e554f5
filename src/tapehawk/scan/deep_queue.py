"""Who is analysed next: symbols that wait for their deep analysis, most urgent first, each of them once.

    asked by a person before periodic · with a side before without · strongest first · by name

A newer scan's wish for a symbol takes the place of an older one of the same owner, and is as urgent as the more urgent
of both. Wishes of several owners for one symbol stand side by side, so that one analysis answers them all. The queue is
bounded: when it is full the least urgent symbols are turned away, and whoever added them is told which.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable
from heapq import nlargest
from itertools import islice
from typing import Final, NamedTuple, TypeAlias

ASKED: Final = 0
PERIODIC: Final = 1
NO_SIDE: Final = "HOLD"
LOOKED: Final = 4
FEW: Final = 100  # wishes that are put in their places one by one; more are sorted with all that wait
Place: TypeAlias = tuple[int, bool, float, str]
Entry: TypeAlias = "tuple[Place, int, Wish]"
"""Where a wish stands: of those with one place whoever was added first."""


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
    def place(self) -> Place:
        """Return its place in the queue, the lowest first."""
        return self.urgency, self.side == NO_SIDE, -self.strength, self.symbol


class DeepQueue:
    """At most `room` waiting wishes, one a symbol and owner: a few more cost little, however many wait."""

    def __init__(self, room: int) -> None:
        self.room = room
        self._waiting: dict[tuple[str, str], Entry] = {}
        self._order: list[Entry] = []  # the most urgent first; who waits no longer is passed over
        self._added = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, wishes: Iterable[Wish]) -> tuple[list[Wish], list[Wish]]:
        """Put wishes in; return the older ones whose place they took, and those turned away for want of room."""
        superseded, new = list[Wish](), list[Entry]()
        for wish in wishes:
            kept = wish
            if before := self._waiting.get(wish.key):
                older = before[-1]
                superseded.append(older)
                kept = wish if wish.urgency <= older.urgency else wish._replace(urgency=older.urgency)
            self._added += 1
            self._waiting[wish.key] = entry = (kept.place, self._added, kept)
            new.append(entry)
        self._put_in_order(new)
        return superseded, self._turned_away()

    def take(self, count: int) -> list[Wish]:
        """Take out the most urgent wishes that are about the same bars as the first of them, each symbol for one side.

        Wishes for a symbol that is taken come along, whoever's they are: at most LOOKED times `count` are looked at.
        What is to be tried alone shares its batch with no other symbol.
        """
        near = list(islice((one for one in self._order if self._waits(one)), LOOKED * count))
        about = near[0][-1].timeframe if near else None
        count = 1 if near and near[0][-1].alone else count
        sides: dict[str, str] = {}
        taken: list[Wish] = []
        left: list[Entry] = []
        for one in near:
            wish = one[-1]
            has_room = not sides or (len(sides) < count and not wish.alone)
            fits = wish.timeframe == about and (wish.symbol in sides or has_room)
            if fits and sides.setdefault(wish.symbol, wish.side) == wish.side:
                taken.append(self._waiting.pop(wish.key)[-1])
            else:
                left.append(one)
        behind = bisect_right(self._order, near[-1]) if near else len(self._order)
        self._order[:behind] = left
        return taken

    def clear(self) -> list[Wish]:
        """Take everything out."""
        waiting = [one[-1] for one in self._order if self._waits(one)]
        self._waiting.clear()
        self._order.clear()
        return waiting

    def _put_in_order(self, new: list[Entry]) -> None:
        if len(new) < FEW and len(self._order) < 2 * len(self._waiting):
            for one in new:
                insort(self._order, one)
        else:
            self._order = sorted([one for one in self._order if self._waits(one)] + new)

    def _waits(self, one: Entry) -> bool:
        return self._waiting.get(one[-1].key) is one

    def _turned_away(self) -> list[Wish]:
        """Turn the least urgent away, the least of them first."""
        over = max(0, len(self._waiting) - self.room)
        away = [one[-1] for one in nlargest(over, self._waiting.values())] if over else []
        for wish in away:
            del self._waiting[wish.key]
        return away
