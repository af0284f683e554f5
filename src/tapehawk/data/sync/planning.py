"""What a sync will do before it does it: the provider's cheapest route, less what is done already, and its cost.

Sessions are fetched when they are *final*: some time after the last trade of the day can have been reported. One that
came with bars of few is asked for again, unless it is an object that has not changed. Splits and dividends are fetched
with any bars, listings with those of the whole market; each at most once a day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Protocol, runtime_checkable

import numpy as np

from tapehawk.core.errors import NoData
from tapehawk.core.instants import datetime_of
from tapehawk.core.sessions import Calendar, calendar_named, date_of
from tapehawk.data.faults import need_plain
from tapehawk.data.providers.door import CallPlan, Offer, Provider, Step, Wanted
from tapehawk.data.sync.ledger import Ledger

FINAL_AFTER: Final = 20 * 60_000_000
"""Microseconds from the end of a session's last hours until its bars are final: late trades correct them until then."""
OVERLAP: Final = dt.timedelta(days=30)
"""Corporate actions this old may still be corrected."""
NEAR: Final = 20
"""Sessions before and after one that tell how many symbols it should have bars of."""
PAGES_OF_SYMBOLS: Final = 35
PAGES_OF_ACTIONS_A_YEAR: Final = 10
REFERENCE: Final = "reference"
ACTIONS: Final = f"{REFERENCE}|actions"
LISTINGS: Final = f"{REFERENCE}|listings"


@runtime_checkable
class Marked(Protocol):
    """A provider whose steps are objects that can be listed, and replaced after they were fetched."""

    async def marks(self, steps: Iterable[Step]) -> Mapping[str, str]:
        """Return step id → what changes when the object does; steps without an object are left out."""


@dataclass(frozen=True)
class SyncPlan:
    """What a sync will do, and what it costs.

    `steps` are to do, `done` were done before, `absent` have no object at the provider yet. `marks`: of the objects.
    `reference`: splits, dividends, listings. `calls`, `credits`, `minutes` and `bytes` are estimates. `per_minute`: the
    provider's limit, None when unmetered.
    """

    provider: str
    plan: str
    market: str
    wanted: Wanted
    steps: tuple[Step, ...]
    done: tuple[Step, ...]
    absent: tuple[Step, ...]
    reference: tuple[Step, ...]
    calls: int
    credits: int
    minutes: float
    bytes: int
    note: str
    per_minute: int | None = None
    marks: Mapping[str, str] = field(default_factory=dict)


async def plan_sync(root: Path, provider: Provider, wanted: Wanted, *, now: int) -> SyncPlan:
    """Plan; `now` is µs UTC. Nothing that costs is asked.

    Raises what the provider's `plan` raises, and BadInput where no store can be.
    """
    need_plain(root)
    ledger, whole, today = Ledger(root, provider.name), provider.plan(wanted), datetime_of(now).date()
    offer, market = provider.offer, market_of(provider.offer, wanted.symbols)
    marks = await provider.marks(whole.steps) if isinstance(provider, Marked) else None
    noted = [one for one in whole.steps if ledger.has(one.id, (marks or {}).get(one.id))]
    done = tuple(_full(noted, ledger))
    absent = tuple(one for one in whole.steps if marks is not None and one.id not in marks)
    past = {one.id for one in (*done, *absent)}
    steps = sorted((one for one in whole.steps if one.id not in past), key=lambda one: one.start)
    reference = reference_steps(offer, wanted, ledger, today) if market == "us" else ()
    cost = _cost(whole, steps, reference, offer)
    return SyncPlan(
        provider=provider.name,
        plan=offer.plan,
        market=market,
        wanted=wanted,
        steps=tuple(steps),
        done=done,
        absent=absent,
        reference=reference,
        calls=cost.calls,
        credits=cost.credits,
        minutes=cost.minutes,
        bytes=cost.bytes,
        note=whole.note,
        per_minute=offer.calls_per_minute,
        marks=marks or {},
    )


def market_of(offer: Offer, symbols: Collection[str] | None) -> str:
    """Return the market that is asked: coins have a slash in their names."""
    coins = bool(symbols) and all("/" in symbol for symbol in symbols or ())
    return "crypto" if coins or offer.markets == ("crypto",) else "us"


def last_final(market: str, now: int) -> dt.date:
    """Return the last session whose bars are final at `now` (µs UTC)."""
    calendar = calendar_named(market)
    ended = int(np.searchsorted(calendar.after_hours_close + FINAL_AFTER, now, side="right"))
    if not ended:
        raise NoData(f"no session of the market {market!r} is over yet")
    return date_of(calendar.date[ended - 1])


def next_final(calendar: Calendar, now: int) -> int:
    """Return the instant (µs UTC) at which the next session's bars will be final."""
    final = calendar.after_hours_close + FINAL_AFTER
    return int(final[np.searchsorted(final, now, side="right")])


def reference_steps(offer: Offer, wanted: Wanted, ledger: Ledger, today: dt.date) -> tuple[Step, ...]:
    """Return what is to be fetched beside the bars, as far as it was not fetched today."""
    steps = []
    if offer.reference & {"splits", "dividends"}:
        steps.append(_actions(wanted, ledger, today))
    if "symbols" in offer.reference and wanted.symbols is None:
        steps.append(listings_step(wanted.timeframe, today))
    return tuple(one for one in steps if not ledger.has(one.id))


def listings_step(timeframe: str, today: dt.date) -> Step:
    """Return the step that brings all listed and delisted symbols."""
    what, calls = "listed and delisted symbols", PAGES_OF_SYMBOLS
    return Step(f"{LISTINGS}|{today}", "reference", what, timeframe, None, today, today, calls=calls, credits=calls)


def _actions(wanted: Wanted, ledger: Ledger, today: dt.date) -> Step:
    """Return the step that brings corporate actions: since `wanted.start`, or since shortly before the last time."""
    start = _actions_since(wanted.start, ledger)
    years = max(1, round((today - start).days / 365))
    calls = 2 if start > wanted.start else 1 + PAGES_OF_ACTIONS_A_YEAR * years
    what = f"splits and dividends from {start} to {today}"
    name = f"{ACTIONS}|{wanted.start}|{today}"
    return Step(name, "reference", what, wanted.timeframe, None, start, today, calls=calls, credits=calls)


def _actions_since(start: dt.date, ledger: Ledger) -> dt.date:
    spans = [one.split("|")[2:] for one in ledger.steps() if one.startswith(f"{ACTIONS}|")]
    reached = [dt.date.fromisoformat(last) for first, last in spans if dt.date.fromisoformat(first) <= start]
    return max([start, *(last - OVERLAP for last in reached)])


def _full(done: Sequence[Step], ledger: Ledger) -> Iterator[Step]:
    """Yield steps less the sessions that came with less than half of the symbols of those before and after."""
    counts = [ledger.symbols(one.id) for one in done]
    known = [count or 0 for count in counts]
    for at, one in enumerate(done):
        before, after = max(known[max(0, at - NEAR) : at], default=0), max(known[at + 1 : at + 1 + NEAR], default=0)
        usual = min(before, after) or max(before, after)
        if counts[at] is None or known[at] * 2 >= usual:
            yield one


def _cost(whole: CallPlan, steps: Iterable[Step], reference: Iterable[Step], offer: Offer) -> CallPlan:
    """Add up what is left; unmetered reference data costs no call worth counting."""
    beside = [one if offer.calls_per_minute else replace(one, calls=1, credits=1) for one in reference]
    each = whole.bytes // max(1, whole.calls)
    return CallPlan.of((*steps, *beside), per_minute=offer.calls_per_minute, bytes_each=each, note=whole.note)
