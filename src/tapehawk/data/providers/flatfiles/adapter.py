"""Flat files behind the provider's door: one object a session, of every symbol, as traded.

They are the route to minutes of the whole market: 250 objects a year instead of 60,000 calls. What is not listed is not
published yet (around 11:00 in New York on the next day); what was replaced has another mark and is fetched again.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from typing import ClassVar, Final

import numpy as np
import polars as pl

from tapehawk.core.bars import SCHEMA, Series
from tapehawk.core.errors import BadInput
from tapehawk.core.instants import datetime_of
from tapehawk.core.sessions import date_of, us_calendar
from tapehawk.data.providers.door import CallPlan, Fetched, Health, Offer, Provider, Step, Wanted
from tapehawk.data.providers.flatfiles.config import FlatfilesConfig
from tapehawk.data.providers.flatfiles.objects import objects_at
from tapehawk.data.providers.flatfiles.reading import bars_of
from tapehawk.data.providers.wire.clock import SYSTEM, Clock

FOLDERS: Final = {"1m": "us_stocks_sip/minute_aggs_v1", "1d": "us_stocks_sip/day_aggs_v1"}
BYTES: Final = {"1m": 25_000_000, "1d": 250_000}


class FlatfilesProvider(Provider):
    """US stocks from the consolidated tape, session by session."""

    name: ClassVar[str] = "flatfiles"

    def __init__(self, config: FlatfilesConfig, *, clock: Clock = SYSTEM) -> None:
        self._objects, self._clock = objects_at(config, clock), clock

    @property
    def offer(self) -> Offer:
        """Return what the files hold; nothing is metered, older sessions than the plan's are refused when asked for."""
        return Offer(
            provider=self.name,
            plan="files",
            markets=("us",),
            timeframes=tuple(FOLDERS),
            adjustments=("none",),
            feeds=("sip",),
            bulk_daily=True,
            max_symbols_per_call=None,
        )

    def plan(self, wanted: Wanted) -> CallPlan:
        """Return one step a session."""
        if wanted.timeframe not in FOLDERS:
            hint = f"{' and '.join(FOLDERS)} are there; longer bars are made from them"
            raise BadInput(f"{self.name} has no {wanted.timeframe} bars", hint=hint)
        days = us_calendar().sessions_between(wanted.start, wanted.end)
        steps = [_step(wanted, date_of(day)) for day in days]
        note = f"flat files: {len(steps):,} objects, each holds one session of every symbol"
        return CallPlan.of(steps, per_minute=None, bytes_each=BYTES[wanted.timeframe], note=note)

    async def marks(self, steps: Iterable[Step]) -> Mapping[str, str]:
        """Return step id → mark of the sessions that are published; one listing a month."""
        keys = {_key(step): step for step in steps}
        months = sorted({key.rpartition("/")[0] for key in keys})
        listed = [await self._objects.marks(month) for month in months]
        return {keys[key].id: mark for some in listed for key, mark in some.items() if key in keys}

    async def fetch(self, step: Step) -> Fetched:
        """Fetch a session; one without an object is empty."""
        found = await self._objects.read(_key(step), lambda content: bars_of(content, step.timeframe))
        bars = await asyncio.to_thread(_kept, pl.DataFrame(schema=SCHEMA) if found is None else found, step)
        return Fetched(step.id, Series(self.name, "sip", timeframe=step.timeframe), bars)

    async def prove(self) -> bool:
        """List the objects of this month."""
        today = datetime_of(self._clock.now())
        await self._objects.marks(f"{FOLDERS['1d']}/{today:%Y/%m}")
        return True

    def health(self) -> Health:
        """Return how it fares."""
        return self._objects.health()


def _step(wanted: Wanted, date: dt.date) -> Step:
    who, mark = "every symbol", ""
    if wanted.symbols is not None:
        digest = hashlib.blake2s(",".join(sorted(wanted.symbols)).encode(), digest_size=6).hexdigest()
        who, mark = f"{len(wanted.symbols):,} symbols", f"|{digest}"
    hours = "" if wanted.timeframe == "1d" else f"|{wanted.hours}"
    return Step(
        id=f"{wanted.timeframe}{hours}|{date}{mark}",
        kind="session",
        what=f"{who} on {date}",
        timeframe=wanted.timeframe,
        symbols=wanted.symbols,
        start=date,
        end=date,
        hours=wanted.hours,
    )


def _key(step: Step) -> str:
    return f"{FOLDERS[step.timeframe]}/{step.start:%Y/%m}/{step.start}.csv.gz"


def _kept(bars: pl.DataFrame, step: Step) -> pl.DataFrame:
    """Keep the symbols and hours that the step wants."""
    if step.symbols is not None:
        bars = bars.filter(pl.col("symbol").is_in(list(step.symbols)))
    if step.timeframe == "1m" and step.hours == "regular":
        _, minutes = us_calendar().locate(bars["time"].to_physical().to_numpy(), "regular")
        bars = bars.filter(pl.Series(~np.isnan(minutes), dtype=pl.Boolean))
    return bars
