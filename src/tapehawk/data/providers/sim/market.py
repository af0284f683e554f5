"""One simulated market: its seats, its names, and the frames of its bars."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import polars as pl

from tapehawk.core.bars import SCHEMA, Market
from tapehawk.core.errors import BadInput, UnknownName
from tapehawk.core.sessions import calendar_named
from tapehawk.data.providers.sim import names
from tapehawk.data.providers.sim.companies import CRYPTO, US, Companies, Habits, Listing, companies, listings
from tapehawk.data.providers.sim.daily import daily_bars
from tapehawk.data.providers.sim.intraday import intraday_bars
from tapehawk.data.providers.sim.sessions import SessionBars, session_bars
from tapehawk.data.providers.sim.timeline import Bools, Ints, Rows, Timeline

FIRST: Final = {"us": dt.date(2008, 1, 2), "crypto": dt.date(2015, 1, 1)}
HABITS: Final = {"us": US, "crypto": CRYPTO}
DAY: Final = 86_400_000_000
PART: Final = 128  # seats made at once: their arrays stay near the processor
TIME: Final = pl.col("time").cast(SCHEMA["time"])
VALUES: Final = ("open", "high", "low", "close", "volume")

Wanted = set[str] | None  # symbols; None for all
Span = tuple[int, int]  # first and last ordinal


@dataclass(frozen=True)
class SimulatedMarket:
    """A market of `size` seats. Frames are sorted by (symbol, time)."""

    name: Market
    seed: int
    size: int

    @property
    def habits(self) -> Habits:
        """What sets this market apart."""
        return HABITS[self.name]

    @cached_property
    def timeline(self) -> Timeline:
        """Its numbered sessions."""
        return Timeline(calendar_named(self.name), FIRST[self.name])

    @cached_property
    def seats(self) -> Ints:
        """Its seats in the order of their symbols."""
        return np.array(sorted(range(self.size), key=lambda seat: self.symbol(seat, 0)))

    @cached_property
    def listings(self) -> list[Listing]:
        """Every company that is ever listed, in the order of their symbols."""
        return [listing for known in self.parts() for listing in listings(known)]

    def symbol(self, seat: int, generation: int) -> str:
        """Return the symbol of a seat's company."""
        return names.ticker(seat, generation) if self.name == "us" else names.coin(seat)

    def span(self, start: dt.date, end: dt.date) -> Span:
        """Return the ordinals from `start` to `end`, both inclusive."""
        if start > end:
            raise BadInput(f"a range from {start} to {end} has its ends exchanged")
        return self.timeline.span(start, end)

    def parts(self, wanted: Wanted = None) -> Iterator[Companies]:
        """Yield what is known of the seats that the wanted symbols hold, some seats at a time."""
        seats = self.seats
        if wanted is not None:
            held = {self.symbol(one.seat, one.generation): one.seat for one in self.listings}
            if wanted - held.keys():
                raise UnknownName("symbol", min(wanted - held.keys()), held, place="simulated market")
            seats = seats[np.isin(seats, [held[symbol] for symbol in wanted])]
        for start in range(0, len(seats), PART):
            yield companies(self.seed, self.habits, seats[start : start + PART])

    def blocks(self, span: Span) -> Iterator[tuple[Rows, Companies]]:
        """Yield the blocks that a span touches, some seats at a time."""
        for known in self.parts():
            yield self.timeline.rows(known.seats, *span), known

    def daily(self, span: Span, wanted: Wanted) -> pl.DataFrame:
        """Return daily bars."""
        parts = [self._daily(known, span, wanted) for known in self.parts(wanted)]
        return pl.concat([pl.DataFrame(schema=SCHEMA), *parts], rechunk=False)

    def sessions(self, span: Span, wanted: Wanted) -> Iterator[SessionBars]:
        """Yield daily bars one by one, some seats at a time."""
        for known in self.parts(wanted):
            days = session_bars(self.seed, self.habits, self.timeline, known, span)
            yield days if wanted is None else days.only(self._is_wanted(days.seat, days.generation, wanted))

    def intraday(self, timeframe: str, span: Span, wanted: Wanted) -> Iterator[tuple[pl.DataFrame, Ints]]:
        """Yield (bars, the seat of each), some seats at a time."""
        for days in self.sessions(span, wanted):
            symbols = pl.Series("symbol", self._symbols(days.seat, days.generation), dtype=pl.String)
            for bars in intraday_bars(self.seed, self.habits, self.timeline, days, timeframe):
                row = bars["row"]
                yield bars.select(symbols.gather(row), TIME, *VALUES), days.seat[row.to_numpy()]

    def _daily(self, known: Companies, span: Span, wanted: Wanted) -> pl.DataFrame:
        rows = self.timeline.rows(known.seats, *span)
        bars = daily_bars(self.seed, self.habits, rows, known)
        ordinal = rows.ordinals()
        there = bars.traded & (ordinal >= span[0]) & (ordinal <= span[1])
        generation = known.generation[known.of(rows)]
        if wanted is not None:
            there &= self._is_wanted(rows.seat, generation, wanted)[:, None]
        symbols = pl.Series("symbol", self._symbols(rows.seat, generation), dtype=pl.String)
        columns = {name: getattr(bars, name)[there] for name in VALUES}
        time = self.timeline.days()[ordinal[there]] * DAY
        return pl.DataFrame({"symbol": symbols.gather(np.nonzero(there)[0]), "time": time, **columns}).with_columns(
            TIME
        )

    def _symbols(self, seat: Ints, generation: Ints) -> list[str]:
        return [self.symbol(*company) for company in zip(seat.tolist(), generation.tolist(), strict=True)]

    def _is_wanted(self, seat: Ints, generation: Ints, wanted: Iterable[str]) -> Bools:
        return np.isin(np.array(self._symbols(seat, generation), dtype=str), list(wanted))
