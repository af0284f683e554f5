"""What is examined: the bars of one series on one timeframe, and what is known beside them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

import numpy as np
import polars as pl

from tapehawk.core.bars import SCHEMA, SESSION_TIMEFRAMES, Series
from tapehawk.core.sessions import Calendar, calendar_named, date_of, day_number
from tapehawk.data.building import adjusted_bars
from tapehawk.data.quality import splits
from tapehawk.data.quality.tape import Flags, Ints, Tape
from tapehawk.data.shapes import ACTIONS, SYMBOLS

MICROSECONDS_A_DAY: Final = 86_400_000_000
SCOPES: Final = pl.Schema({"symbol": pl.String(), "session": pl.Int64(), "scope": pl.String()})


def _empty(schema: pl.Schema) -> pl.DataFrame:
    return pl.DataFrame(schema=schema)


@dataclass(frozen=True, eq=False)
class Examined:
    """Bars as stored, sorted by (symbol, time), with corporate actions and listings of the store.

    `scopes`: (symbol, session, scope) of every stored series of this market and timeframe, where there are several
    volume scopes. `now`: the instant of the examination, None where the clock does not matter (at a write).
    """

    series: Series
    bars: pl.DataFrame
    actions: pl.DataFrame = field(default_factory=lambda: _empty(ACTIONS.schema))
    listings: pl.DataFrame = field(default_factory=lambda: _empty(SYMBOLS.schema))
    scopes: pl.DataFrame = field(default_factory=lambda: _empty(SCOPES))
    now: dt.datetime | None = None

    @property
    def timeframe(self) -> str:
        """Timeframe of the bars."""
        return self.series.timeframe

    @property
    def intraday(self) -> bool:
        """Whether a session has many bars."""
        return self.timeframe not in SESSION_TIMEFRAMES

    @cached_property
    def calendar(self) -> Calendar:
        """Calendar of the bars' market."""
        return calendar_named(self.series.market)

    @cached_property
    def times(self) -> Ints:
        """Start of each bar, µs UTC."""
        return self.bars["time"].to_physical().to_numpy()

    @cached_property
    def tape(self) -> Tape:
        """Every bar; intraday sessions are those of the extended hours."""
        if self.intraday:
            return Tape.of(self.bars, self.calendar.locate(self.times, "extended")[0])
        return Tape.of(self.bars, self.times // MICROSECONDS_A_DAY)

    @cached_property
    def daily(self) -> tuple[Series, pl.DataFrame]:
        """One bar a session: session bars as they are, intraday ones drawn together over the regular hours."""
        if not self.intraday:
            return self.series, self.bars
        session = self.calendar.locate(self.times, "regular")[0]
        label = (pl.col("session") * MICROSECONDS_A_DAY).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
        drawn = (
            self.bars.with_columns(session=pl.Series(session))
            .filter(pl.col("session") >= 0)
            .group_by("symbol", "session", maintain_order=True)
            .agg(
                pl.col("open").first(),
                pl.col("high").max(),
                pl.col("low").min(),
                pl.col("close").last(),
                pl.col("volume").sum(),
                *[pl.col(name).last() for name in ("adjusted_as_of",) if name in self.bars.columns],
            )
            .with_columns(time=label)
        )
        extra = [name for name in ("adjusted_as_of",) if name in drawn.columns]
        return replace(self.series, timeframe="1d"), drawn.select(*SCHEMA, *extra)

    @cached_property
    def days(self) -> Tape:
        """`daily` as columns."""
        bars = self.daily[1]
        return Tape.of(bars, bars["time"].to_physical().to_numpy() // MICROSECONDS_A_DAY)

    @cached_property
    def recorded_splits(self) -> pl.DataFrame:
        """Corporate actions that are splits with a ratio, one a symbol and day."""
        usable = (pl.col("type") == "split") & (pl.col("split_to") > 0) & (pl.col("split_from") > 0)
        return self.actions.filter(usable).unique(["symbol", "ex_date"], keep="last", maintain_order=True)

    @cached_property
    def missed_splits(self) -> pl.DataFrame:
        """Splits that prices lack: symbol, date (first session after), split_to, split_from, and what speaks for them.

        Coins do not split. A recorded split of that day that a second source contradicts gives its ratio.
        """
        series, bars = self.daily
        if series.market != "us" or bars.is_empty():
            return splits.told(self.days, splits.NONE)
        bars = adjusted_bars(bars, series, self.actions, as_of=date_of(self.last_session))
        tape = Tape.of(bars, self.days.session)
        told = splits.told(tape, splits.missed_splits(tape))
        recorded = self.recorded_splits.select("symbol", date="ex_date", told_to="split_to", told_from="split_from")
        return (
            told.join(recorded, on=["symbol", "date"], how="left", maintain_order="left")
            .with_columns(
                split_to=pl.coalesce("told_to", "split_to"),
                split_from=pl.coalesce("told_from", "split_from"),
                contradicted=pl.col("told_to").is_not_null(),
            )
            .drop("told_to", "told_from")
        )

    @cached_property
    def last_session(self) -> int:
        """Day of the newest session that any symbol has a bar of; -1 without bars."""
        return int(self.tape.session.max()) if self.tape.n_bars else -1

    def reached(self, days: Ints) -> Flags:
        """Whether the session table reaches to each day."""
        within: Flags = (days >= day_number(self.calendar.first)) & (days <= day_number(self.calendar.last))
        return within

    def is_session(self, days: Ints) -> Flags:
        """Whether each day is known to have a session."""
        flags = self.reached(days)
        flags[flags] = self.calendar.is_session(days[flags])
        return flags

    def day_of(self, row: int) -> int:
        """Day of a bar's session; outside every session the UTC date."""
        session = int(self.tape.session[row])
        return session if session >= 0 else int(self.times[row] // MICROSECONDS_A_DAY)

    def symbols_across(self, day: int) -> int:
        """Count the symbols whose bars reach to both sides of a session: those that should have it."""
        tape = self.days
        first, last = tape.session[tape.starts[:-1]], tape.session[tape.starts[1:] - 1]
        return int(np.count_nonzero((first <= day) & (last >= day)))
