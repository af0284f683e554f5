"""Doing what was planned, and a word at the end about what is missing.

    plan ─► splits, dividends, listings ─► fetch · fetch · fetch ─► batch ─► store, ledger ─► checks ─► all there?

Actions come first, so that no bar of a split day is ever read without its split.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from tapehawk.core.errors import NoData, TapehawkError, UnknownName
from tapehawk.core.instants import datetime_of
from tapehawk.data import store
from tapehawk.data.providers.door import Provider, Step
from tapehawk.data.providers.wire.clock import SYSTEM, Clock
from tapehawk.data.shapes import session_of
from tapehawk.data.sync.fetching import Fetching, at_once
from tapehawk.data.sync.ledger import Ledger, alone
from tapehawk.data.sync.planning import ACTIONS, SyncPlan
from tapehawk.data.sync.reference import fetch_listings, fetch_reference
from tapehawk.data.sync.report import Progress, SyncReport
from tapehawk.data.sync.storing import Keeper, added, series_of
from tapehawk.data.sync.verifying import Attendance, Missing
from tapehawk.data.tables import Appended
from tapehawk.data.versions import data_version

NOTHING: Final = Appended(0, 0, 0)
GOES_ON: Final = "the same command goes on from here"


async def sync(
    root: Path,
    provider: Provider,
    plan: SyncPlan,
    *,
    clock: Clock = SYSTEM,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> SyncReport:
    """Do what was planned, and return what was done; the command line and the service both call this.

    Raises ProviderRefused, TryAgain, NoData or UnknownName, saying what is missing and what to do; what came is stored
    by then, and the same wish planned again goes on from there.
    """
    with alone(root, provider.name):
        return await _Run(root, provider, plan, clock, on_progress).done()


class _Run:
    """One sync from its plan to its report."""

    def __init__(
        self, root: Path, provider: Provider, plan: SyncPlan, clock: Clock, on_progress: Callable[[Progress], None]
    ) -> None:
        self._root, self._provider, self._plan, self._clock = root, provider, plan, clock
        self._before, self._begun = provider.health(), clock.tick()
        self._ledger = Ledger(root, provider.name)
        self._attendance = Attendance(plan.market, plan.wanted)
        self._keeper = Keeper(root, self._ledger, self._attendance, plan.wanted.timeframe, plan.marks)
        self._fetching = Fetching(provider, self._keeper, clock=clock, on_progress=on_progress)
        self._actions = self._symbols = NOTHING

    async def done(self) -> SyncReport:
        """Do it all."""
        for step in self._plan.reference:
            self._count(step, await fetch_reference(self._root, self._provider, self._ledger, step))
        await self._bars()
        reject_file = self._keeper.write_rejects(self._provider.name)
        findings = await asyncio.to_thread(self._keeper.check)
        self._need_no_failure()
        missing = await self._nothing_missing()
        self._keeper.done(self._keeper.held)
        return self._report(missing, reject_file, findings)

    async def _bars(self) -> None:
        plan, present = self._plan, self._present()
        for step in plan.done:
            self._attendance.trust(step, present)
        await self._fetching.run(plan.steps, at_once(len(plan.steps), plan.bytes // max(1, len(plan.steps))))

    def _present(self) -> set[str]:
        """Return which of the named symbols the store has bars of, where steps were done before."""
        if self._plan.wanted.symbols is None or not self._plan.done:
            return set()
        every = series_of(self._root, self._provider.name, self._plan.wanted.timeframe)
        return {symbol for one in every for symbol in store.stored_symbols(self._root, one)}

    def _need_no_failure(self) -> None:
        """Raise the gravest of what went wrong, with how much is stored."""
        first, plan = self._fetching.failure(), self._plan
        if first is None:
            return
        if isinstance(first, UnknownName):
            raise first
        others = f", and {len(self._fetching.failures) - 1:,} more like it" if len(self._fetching.failures) > 1 else ""
        stored, every = len(plan.done) + self._fetching.done, len(plan.steps) + len(plan.done) + len(plan.absent)
        message = f"{first.message}{others}; {stored:,} of {every:,} steps are stored"
        raise type(first)(message, hint=f"{first.hint}; {GOES_ON}" if first.hint else GOES_ON) from first

    async def _nothing_missing(self) -> Missing:
        """Return what little is missing, or raise; fresh listings may explain it."""
        missing = self._missing()
        if self._error(missing) is not None:
            fetched = await fetch_listings(self._root, self._provider, today=self._today())
            self._symbols = added(self._symbols, fetched or NOTHING)
            missing = self._missing()
        error = self._error(missing)
        if error is not None:
            raise error
        return missing

    def _missing(self) -> Missing:
        return self._attendance.missing(store.read_symbols(self._root), self._stored_sessions)

    def _error(self, missing: Missing) -> TapehawkError | None:
        known = store.read_symbols(self._root)["symbol"].unique() if missing.unknown else ()
        return missing.error(self._provider.name, self._plan.wanted, known)

    def _stored_sessions(self, days: list[dt.date]) -> set[dt.date]:
        """Return which of these sessions the store has bars in, of anybody wanted."""
        found: set[dt.date] = set()
        for series in self._keeper.series.values():
            bars = store.read_bars(
                self._root, series, symbols=self._plan.wanted.symbols, sessions=(min(days), max(days))
            )
            found.update(bars.select(session_of(series.timeframe, series.market).unique()).to_series())
        return found

    def _count(self, step: Step, stored: Appended) -> None:
        if step.id.startswith(f"{ACTIONS}|"):
            self._actions = added(self._actions, stored)
        else:
            self._symbols = added(self._symbols, stored)

    def _today(self) -> dt.date:
        return datetime_of(self._clock.now()).date()

    def _report(self, missing: Missing, reject_file: Path | None, findings: dict[str, int]) -> SyncReport:
        health, wanted = self._provider.health(), self._plan.wanted
        version: str | None = None
        with suppress(NoData):
            version = data_version(self._root, wanted.timeframe)
        return SyncReport(
            provider=self._plan.provider,
            timeframe=wanted.timeframe,
            start=wanted.start,
            end=wanted.end,
            steps=len(self._plan.steps),
            before=len(self._plan.done),
            bars=self._keeper.stored,
            actions=self._actions,
            symbols=self._symbols,
            rejected=dict(self._keeper.rejected),
            reject_file=reject_file,
            findings=findings,
            silent=missing.silent,
            halts=missing.halts,
            series=tuple(sorted(self._keeper.series)),
            calls=health.calls - self._before.calls,
            waited=round(health.waited - self._before.waited, 3),
            seconds=round(self._clock.tick() - self._begun, 3),
            data_version=version,
        )
