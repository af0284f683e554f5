"""From the entries of a bus to what a subscriber is told. Pure: whatever keeps the entries, gaps are found here.

    event → written → Entry … kept, trimmed, lost … → Cursor.take → (position, event), or Missed in its place

A cursor knows the place of the last entry it was given. The next one has the next number, or events are missing: as
many as the numbers say within an era, an unknown number between two. An entry that is not ours is told as one that can
not be read; if it stands outside the numbering (somebody else wrote into the stream) it changes no place.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Literal, TypeAlias

import msgspec

from tapehawk.bus.place import Place
from tapehawk.core.errors import BadInput
from tapehawk.core.events import EVENTS, Event, heard, spoken

BEGUN: Final = "begun"
"""The kind of the entry with which an era begins; it is no event."""

Told: TypeAlias = tuple[str, Event]
Why = Literal["overtaken", "begun anew", "unreadable"]


@dataclass(frozen=True)
class Missed(Event):
    """Events of any kind, `count` of them (None: nobody knows how many), did not reach this subscriber.

    "overtaken": they are no longer kept, it came too late for them. "begun anew": the bus has lost its memory, or may
    have. "unreadable": an entry is there that is not an event of ours.
    """

    kind: ClassVar[str] = "missed"
    count: int | None
    why: Why


@dataclass(frozen=True)
class Entry:
    """What a bus keeps of an event. `kind`: "" for something that is not ours."""

    place: Place
    kind: str
    said: bytes


def written(event: Event) -> bytes:
    """Return an event as JSON. Raises BadInput for one that could not be read again."""
    if EVENTS.get(event.kind) is not type(event):
        raise BadInput(f"{type(event).__name__} is no event that a bus carries", hint=f"one of {', '.join(EVENTS)}")
    try:
        return msgspec.json.encode(spoken(event))
    except (TypeError, ValueError) as error:
        raise BadInput(f"{event.kind} holds more than plain values: {error}") from error


def kinds_of(events: Iterable[type[Event]] | None) -> frozenset[str] | None:
    """Return the kinds of events (None: all)."""
    return None if events is None else frozenset(event.kind for event in events)


def joined(since: Place, newest: Place) -> tuple[Place, Missed | None]:
    """Return where a subscriber that knows everything up to `since` goes on in a bus, and what to tell it first.

    A place that is yet to come is of a bus that has forgotten: what it says now is read from its beginning.
    """
    if since <= newest:
        return since, None
    begin = newest if since.era == newest.era else Place(newest.era, 0)
    return begin, Missed(None, "begun anew")


class Cursor:
    """One subscriber's way through the entries. `at`: the place of the last entry of ours."""

    def __init__(self, at: Place, kinds: frozenset[str] | None) -> None:
        self.at, self._kinds = at, kinds

    def take(self, entry: Entry) -> list[Told]:
        """Return what the next entry tells: usually one event; none that is not wanted; before it what is missing."""
        place = entry.place
        if not entry.kind and place.era != self.at.era:
            return [(str(self.at), Missed(1, "unreadable"))]
        lost, self.at = self._lost(place), place
        told: list[Told] = [(str(place.before), lost)] if lost else []
        if entry.kind != BEGUN and (self._kinds is None or not entry.kind or entry.kind in self._kinds):
            told.append((str(place), _read(entry)))
        return told

    def _lost(self, place: Place) -> Missed | None:
        if place.era != self.at.era:
            return Missed(None, "begun anew")
        lost = place.number - self.at.number - 1
        return Missed(lost, "overtaken") if lost else None


def _read(entry: Entry) -> Event:
    try:
        return heard(msgspec.json.decode(entry.said, type=dict[str, Any]))
    except (msgspec.MsgspecError, BadInput):
        return Missed(1, "unreadable")
