"""The door every provider stands behind: what it offers, what a wish costs, one step fetched, one stream.

    Wanted → plan → CallPlan of Steps → fetch(step) → Fetched → checked and stored by the sync
    symbols, actions                  → the store's columns
    stream(symbols) → run(deliver)    → StreamBars, each an upsert by (symbol, time)

Planning is arithmetic and calls nobody. A step is a unit that is done or not done: its id is the same whenever the same
thing is wanted, so a sync that was killed goes on where it stopped. Everything foreign ends here: errors are those of
`core/errors.py`, instants are UTC, bars are keyed by their start, and no key is ever part of a text.
"""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Literal

import msgspec

from tapehawk.core.errors import BadInput
from tapehawk.core.series import CONSOLIDATED, Series

if TYPE_CHECKING:  # settings know providers by name, and a scan of a built panel must not load Polars
    import polars as pl

BreakerState = Literal["closed", "open", "half-open"]
StepKind = Literal["session", "symbol", "reference"]


@dataclass(frozen=True)
class Offer:
    """What a provider can deliver on the plan that its key is on.

    `bulk_daily`: a whole session of all symbols in one call. `history_since`: nothing before it (None: no bound).
    `reference`: of "symbols", "splits", "dividends". `streams`: of "bars", "trades". `calls_per_minute`: None when
    unmetered. `stream_connections`: at the same time on one key. `delay`: minutes that the stream, and history of the
    open session, are behind the market.
    """

    provider: str
    plan: str
    markets: tuple[str, ...]
    timeframes: tuple[str, ...]
    adjustments: tuple[str, ...]
    feeds: tuple[str, ...]
    volume_scope: str = CONSOLIDATED
    bulk_daily: bool = False
    history_since: dt.date | None = None
    reference: frozenset[str] = frozenset()
    streams: frozenset[str] = frozenset()
    max_symbols_per_call: int | None = 1
    calls_per_minute: int | None = None
    stream_connections: int = 0
    delay: int = 0


@dataclass(frozen=True)
class Wanted:
    """Bars that are wanted: of `symbols` (None: the whole market), sessions `start` to `end`, both included.

    `since`: bars that start before this instant (µs UTC) need not come; a provider may bring them all the same.
    """

    timeframe: str
    symbols: tuple[str, ...] | None
    start: dt.date
    end: dt.date
    hours: str = "extended"
    since: int | None = None

    def __post_init__(self) -> None:
        if self.start > self.end:
            raise BadInput(f"bars are wanted from {self.start} to {self.end}", hint="the first date comes first")


@dataclass(frozen=True)
class Step:
    """One resumable unit of work; everything `fetch` needs is in it.

    `id` is stable over runs and processes. `what` is said to people. `symbols` None: the whole market. `calls` and
    `credits` are estimates. `since`: as wanted, where the provider heeds it.
    """

    id: str
    kind: StepKind
    what: str
    timeframe: str
    symbols: tuple[str, ...] | None
    start: dt.date
    end: dt.date
    hours: str = "extended"
    calls: int = 1
    credits: int = 1
    since: int | None = None


@dataclass(frozen=True)
class CallPlan:
    """What getting what is wanted takes: the steps and, in sum, calls, credits, minutes and bytes (estimates).

    `note` names the route that was chosen and why ("grouped daily: 251 calls instead of 11,000").
    """

    steps: tuple[Step, ...]
    calls: int
    credits: int
    minutes: float
    bytes: int
    note: str

    @classmethod
    def of(cls, steps: Iterable[Step], *, per_minute: int | None, bytes_each: int, note: str) -> CallPlan:
        """Add up steps; `per_minute` credits may be spent (None: unmetered), a call brings about `bytes_each`."""
        every = tuple(steps)
        calls, spent = sum(step.calls for step in every), sum(step.credits for step in every)
        minutes = 0.0 if per_minute is None else max(0.0, spent / per_minute - 1)
        return cls(every, calls, spent, minutes, calls * bytes_each, note)


@dataclass(frozen=True, eq=False)
class Fetched:
    """A step's answer: bars with the contract's columns, as the provider gave them, not yet judged.

    `time` is the bar's start; a daily bar's is midnight UTC of the session that the exchange dates it. Bars that came
    adjusted may have `adjusted_as_of`, too: a date a row, where the series does not hold one for all of them.
    `announced`: the rows that the provider said it would send (None: it does not say). `complete`: they came, to the
    last page.
    """

    step: str
    series: Series
    bars: pl.DataFrame
    announced: int | None = None
    complete: bool = True


@dataclass(frozen=True)
class Health:
    """How a provider fares, for people and metrics; instants are microseconds UTC, None for never.

    `errors` counts failed attempts by kind. `last_error` is a sentence without any key. `credits_left` as far as is
    known. `waited`: seconds spent waiting for the plan's limit.
    """

    provider: str
    calls: int = 0
    errors: Mapping[str, int] = field(default_factory=dict)
    last_error: str = ""
    last_error_at: int | None = None
    last_success_at: int | None = None
    breaker: BreakerState = "closed"
    credits_left: int | None = None
    waited: float = 0.0


@dataclass(frozen=True)
class StreamHealth:
    """How a stream fares; instants are microseconds UTC, None for never.

    `subscribed`: symbols asked for on the open connection. `bars`: received. `buffered`: received and not yet taken by
    the owner, `dropped` because it took too long (a gap is told then).
    """

    connected: bool = False
    subscribed: int = 0
    connections: int = 0
    bars: int = 0
    last_data_at: int | None = None
    buffered: int = 0
    dropped: int = 0


class StreamBar(msgspec.Struct, frozen=True, gc=False):
    """A bar as it arrives: an upsert keyed by (symbol, time), the highest `revision` counts.

    `time`: the bar's start; `received`: when it came (microseconds UTC). `final`: its window is over; a bar that is not
    will come again. A final bar may still be corrected, with the next revision. `volume`: NaN where a price's is not
    known, and in the partial bar that is built with it, which is never final.
    """

    symbol: str
    time: int
    open: float
    high: float
    low: float
    close: float
    volume: float
    final: bool
    revision: int
    received: int


Deliver = Callable[[list[StreamBar]], Awaitable[None] | None]
OnGap = Callable[[int, tuple[str, ...]], Awaitable[None] | None]


class Stream(ABC):
    """One connection that stays: it reconnects by itself and says what it may have missed.

    The owner hands in `on_gap` when it asks for the stream. It is called after each reconnect, before any further bar
    is delivered, with the instant since which bars may be missing and the symbols that are wanted; the owner refills
    them from history before it scans on. Reading goes on while `on_gap` and `deliver` run, into a bounded buffer; when
    that overflows, the oldest bars are dropped and told as a gap.
    """

    @abstractmethod
    def want(self, symbols: Iterable[str]) -> None:
        """Set the symbols that are wanted from now on; what is subscribed follows, now and after each reconnect."""

    def room(self) -> frozenset[str] | None:
        """Return the symbols that the plan has room for on a connection, None for all that are wanted."""
        return None

    @abstractmethod
    async def run(self, deliver: Deliver) -> None:
        """Deliver bars until `close` is called or the task is cancelled.

        Raises ProviderRefused when going on is useless until somebody acts: wrong key, plan, too many connections.
        """

    @abstractmethod
    def health(self) -> StreamHealth:
        """Return how it fares."""

    @abstractmethod
    async def close(self) -> None:
        """End `run` in good order."""


class Provider(ABC):
    """Somebody who has market data. Methods raise the errors of `core/errors.py` and nothing else."""

    name: ClassVar[str]

    @property
    @abstractmethod
    def offer(self) -> Offer:
        """Return what this provider delivers on this plan."""

    @abstractmethod
    def plan(self, wanted: Wanted) -> CallPlan:
        """Return the steps that bring what is wanted, by the cheapest route; calls nobody. BadInput: not offered."""

    @abstractmethod
    async def fetch(self, step: Step) -> Fetched:
        """Fetch one step to its last page."""

    async def symbols(self) -> pl.DataFrame:
        """Return listed and delisted symbols in the store's columns; BadInput when not offered."""
        raise self._not_offered("a list of symbols")

    async def actions(self, start: dt.date, end: dt.date) -> pl.DataFrame:
        """Return splits and dividends by ex date in the store's columns; BadInput when not offered."""
        del start, end
        raise self._not_offered("corporate actions")

    def stream(self, symbols: Iterable[str], on_gap: OnGap | None = None) -> Stream:
        """Return a stream of bars, not yet connected; BadInput when not offered."""
        del symbols, on_gap
        raise self._not_offered("a live stream")

    async def prove(self) -> bool:
        """Make the cheapest call that a wrong address or key fails; False: there is none, and nobody was asked."""
        return False

    @abstractmethod
    def health(self) -> Health:
        """Return how it fares."""

    async def close(self) -> None:  # noqa: B027 - a provider without connections has nothing to close
        """Give connections back; the provider may be used again and connects anew."""

    def _not_offered(self, what: str) -> BadInput:
        return BadInput(f"{self.name} does not offer {what} on the plan {self.offer.plan!r}")
