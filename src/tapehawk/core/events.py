"""Facts that parts of the program tell each other. An event says what is so; it asks for nothing.

    a scan, an analysis, a session ──tells──► whoever listens (a bus, a terminal, a socket)

Events are frozen and hold plain values only (numbers, text, lists, mappings), so that they can cross a process as JSON:
their *kind* and their fields by name, as `spoken` writes them and `heard` reads them back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Final, TypeAlias

from tapehawk.core.errors import BadInput

Plain: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True)
class Event:
    """Base of every event. `kind`: its name on the wire."""

    kind: ClassVar[str] = ""


@dataclass(frozen=True)
class QuickScanComplete(Event):
    """A quick scan has answered: `signals` in the shape of the quick scan's rows.

    `owner`, here and below: who asked for the scan; "" for the system, whose scans everybody may see.
    """

    kind: ClassVar[str] = "quickScanComplete"
    scan_id: str
    signals: tuple[Plain, ...]
    owner: str = ""


@dataclass(frozen=True)
class SymbolAnalyzed(Event):
    """The deep analysis of one symbol is there, part by part; a part that failed says so itself."""

    kind: ClassVar[str] = "symbolAnalyzed"
    symbol: str
    scan_id: str
    deep_data: Plain
    owner: str = ""


@dataclass(frozen=True)
class AnalysisProgress(Event):
    """How many symbols of a scan have been analysed, and how many wait."""

    kind: ClassVar[str] = "analysisProgress"
    scan_id: str
    processed: int
    remaining: int
    owner: str = ""


@dataclass(frozen=True)
class DeepAnalysisComplete(Event):
    """Every symbol of a scan that was not superseded has been analysed."""

    kind: ClassVar[str] = "deepAnalysisComplete"
    scan_id: str
    owner: str = ""


@dataclass(frozen=True)
class StateChanged(Event):
    """A symbol differs from the scan before in one field (`from` is a word of Python, hence the names)."""

    kind: ClassVar[str] = "stateChanged"
    symbol: str
    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class ScanUpdate(Event):
    """What a step of a live scan brought. `at`: bars are scanned up to here, µs UTC.

    `events`: rows that became true at their bar. `triggers`: rows marked `intrabar`, of a price that crossed a level
    before its bar has closed. `withdrawn`: events and triggers that hold no longer. `confirmed`: of the triggers among
    those, the rows of the close that bear them out. `missing`: symbols that were not waited for any longer. `session`
    (its date) and `number` name what is told: under a number that was heard before comes the same again; 0 is none.
    """

    kind: ClassVar[str] = "scanUpdate"
    series: str
    at: int
    events: tuple[Plain, ...] = ()
    triggers: tuple[Plain, ...] = ()
    withdrawn: tuple[Plain, ...] = ()
    confirmed: tuple[Plain, ...] = ()
    missing: tuple[str, ...] = ()
    session: str = ""
    number: int = 0


@dataclass(frozen=True)
class SignalChanged(Event):
    """A signal went from one status to another at an instant (µs UTC), for a reason."""

    kind: ClassVar[str] = "signalChanged"
    setup_key: str
    before: str
    after: str
    at: int
    reason: str = ""


@dataclass(frozen=True)
class PhaseChanged(Event):
    """The trading day of a market has gone on to another phase; it changes again at `until` (µs UTC)."""

    kind: ClassVar[str] = "phaseChanged"
    market: str
    before: str
    after: str
    at: int
    until: int


@dataclass(frozen=True)
class BarsClosed(Event):
    """A session's bars are whole up to `at` (µs UTC). They stand in its journal, which whoever wants them reads on."""

    kind: ClassVar[str] = "barsClosed"
    series: str
    timeframe: str
    session: str
    at: int


@dataclass(frozen=True)
class ScanProgress(Event):
    """A user's range scan goes on. `type`: "progress", "result", "complete" or "error"; `data`: what that says.

    `data` is in the words of the API; of a result the first rows of the part.
    """

    kind: ClassVar[str] = "scanProgress"
    scan_id: str
    user_id: str
    type: str
    data: Plain


@dataclass(frozen=True)
class UserSignal(Event):
    """A user's own signal is there, or has changed: `signal` as `GET /api/v1/signals/{id}` answers it."""

    kind: ClassVar[str] = "userSignal"
    user_id: str
    signal: Plain


@dataclass(frozen=True)
class UserNotification(Event):
    """A user was told something, or what they were told counts more: as `GET /api/v1/notifications` lists it."""

    kind: ClassVar[str] = "userNotification"
    user_id: str
    notification: Plain


EVENTS: Final[Mapping[str, type[Event]]] = {
    one.kind: one
    for one in (
        QuickScanComplete, SymbolAnalyzed, AnalysisProgress, DeepAnalysisComplete, StateChanged, ScanUpdate,
        SignalChanged, PhaseChanged, BarsClosed, ScanProgress, UserSignal,
        UserNotification,
    )
}  # fmt: skip


def spoken(event: Event) -> dict[str, Any]:
    """Return an event as plain values: its kind and its fields."""
    return {"kind": event.kind, **{one.name: getattr(event, one.name) for one in fields(event)}}


def heard(said: Plain) -> Event:
    """Return the event that `spoken` wrote. Raises BadInput for a kind or fields that are not ours."""
    of = EVENTS.get(str(said.get("kind")))
    if of is None:
        raise BadInput(f"no event is called {said.get('kind')!r}")
    values = {name: tuple(v) if isinstance(v, list) else v for name, v in said.items() if name != "kind"}
    try:
        return of(**values)
    except TypeError as error:
        raise BadInput(f"these are not the fields of {of.kind}: {', '.join(values)}") from error
