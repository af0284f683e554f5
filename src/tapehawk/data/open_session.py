"""The open session of one series: every bar an upsert by (symbol, start), written to the journal, found again by place.

    StreamBars → rows → sound? in the session? → new, revised, said before, or older than what is known → journal

A bar is taken when its start is new, its revision is higher than the known one's, or it says something else under the
same revision (then it gets the next one). Anything else has been said. So duplicates, late and out-of-order bars end in
the same journal content per bar, whatever order they come in. Bars that are not final are not kept: they come again.

Memory holds no bar, only where each one's newest record is: four bytes a symbol and bar of the session.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from tapehawk.core.bars import MOST_VOLUME, PRICES, SCHEMA
from tapehawk.core.panel import Flags, Ints
from tapehawk.core.series import TIMEFRAMES, Series
from tapehawk.core.sessions import Calendar, calendar_named
from tapehawk.data.journal import BAR, Bars, Journal, Tape, bars_at
from tapehawk.data.providers.door import StreamBar

MINUTE_US: Final = 60_000_000
VALUES: Final = (*PRICES, "volume")


HALF_HOUR: Final = 30 * MINUTE_US


def are_slots(timeframe: str) -> bool:
    """Say whether bars are slots of the session (see `Places`): only such ones are folded as they come."""
    return TIMEFRAMES[timeframe] * MINUTE_US <= HALF_HOUR


class Places:
    """Where the newest record of each (symbol, bar of the session) is in the journal; -1 for none.

    The session is cut in slots of `step`; a bar, `length` long, has the slot at whose end it closes. Slots are bars but
    for those longer than half an hour: they begin at 04:00 or at 09:30, so that slots of half an hour hold both.
    """

    def __init__(self, calendar: Calendar, session: dt.date, timeframe: str) -> None:
        hours = calendar.need_session(session)
        self.begins, self.ends = hours.premarket_open, hours.after_hours_close
        self.length = TIMEFRAMES[timeframe] * MINUTE_US
        self.step = min(self.length, HALF_HOUR)
        self.slots = -(-(self.ends - self.begins + self.length) // self.step) - 1
        self._record = np.full((64, self.slots), -1, dtype=np.int32)

    def slot(self, time: Ints) -> Ints:
        """Return the slot of the bar that starts at each time; -1 for none."""
        within = (time >= self.begins) & (time < self.ends) & ((time - self.begins) % self.step == 0)
        return np.where(within, (time - self.begins + self.length) // self.step - 1, -1)

    def closed(self, instant: int) -> int:
        """Return how many slots of the session have closed by an instant."""
        if instant >= self.ends:
            return self.slots
        return max(0, min(self.slots, (instant - self.begins) // self.step))

    def of(self, symbol: Ints, slot: Ints) -> Ints:
        """Return the records of some bars."""
        self._fit(symbol)
        return self._record[symbol, slot].astype(np.int64)

    def put(self, symbol: Ints, slot: Ints, record: Ints) -> None:
        """Note records; of several of one bar the last stays."""
        self._fit(symbol)
        self._record[symbol, slot] = record

    def between(self, symbols: Ints, first: int, last: int) -> tuple[Ints, Ints]:
        """Return the records of some symbols' bars `first` … `last` - 1 of the session, and how many each one has.

        They come symbol by symbol in time order.
        """
        self._fit(symbols)
        records = self._record[symbols, first:last]
        return records[records >= 0].astype(np.int64), np.count_nonzero(records >= 0, axis=1)

    def last(self, symbols: Ints, before: int) -> Ints:
        """Return the last slot, of those before one, in which each of some symbols has a bar; -1 for none."""
        self._fit(symbols)
        there = self._record[symbols, :before] >= 0
        last: Ints = np.where(there.any(axis=1), before - 1 - there[:, ::-1].argmax(axis=1), -1)
        return last

    def _fit(self, symbol: Ints) -> None:
        if symbol.size and symbol.max() >= len(self._record):
            more = max(int(symbol.max()) + 1 - len(self._record), len(self._record))
            self._record = np.concatenate([self._record, np.full((more, self.slots), -1, dtype=np.int32)])


@dataclass
class Taken:
    """What became of some bars: `which` were taken (rising places among them), `arrived` how many new ones a slot.

    `rows`: those taken, as they were written.
    """

    which: Ints
    arrived: Ints
    rows: Bars = field(default_factory=lambda: np.empty(0, BAR))
    new: int = 0
    revised: int = 0
    duplicate: int = 0
    outdated: int = 0
    refused: Counter[str] = field(default_factory=Counter)


class OpenSession:
    """Takes bars of one session. Raises TryAgain when another process does, or the disk is full."""

    def __init__(self, root: Path, series: Series, session: dt.date) -> None:
        self.series, self.session = series, session
        self.journal = Journal(root, series, session)
        self.places = Places(calendar_named(series.market), session, series.timeframe)
        self.arrived = np.zeros(self.places.slots, dtype=np.int64)
        for bars, records in Tape(self.journal.path).parts():
            self._note(bars, records)

    def take(self, bars: Sequence[StreamBar]) -> Taken:
        """Take final bars as a stream sends them."""
        self.journal.number_all(bar.symbol for bar in bars)
        return self._take(records_of(bars, self.journal.numbers), correcting=False)

    def fill(self, frame: pl.DataFrame, received: int) -> Taken:
        """Take bars from history (the contract's columns): what differs from the known is a correction."""
        self.journal.number_all(frame["symbol"].unique(maintain_order=True).to_list())
        rows = np.zeros(frame.height, BAR)
        rows["symbol"] = frame["symbol"].replace_strict(self.journal.numbers, return_dtype=pl.Int32).to_numpy()
        rows["time"] = frame["time"].to_physical().to_numpy()
        rows["received"] = received
        for name in VALUES:
            rows[name] = frame[name].to_numpy()
        return self._take(rows, correcting=True)

    def knows(self, bar: StreamBar) -> bool:
        """Say whether a final bar of this symbol and start has come."""
        number = self.journal.numbers.get(bar.symbol)
        slot = self.places.slot(np.array([bar.time]))
        return number is not None and slot[0] >= 0 and bool(self.places.of(np.array([number]), slot)[0] >= 0)

    def close(self) -> None:
        """Let go of the journal, everything written being on the disk."""
        self.journal.sync()
        self.journal.close()

    def _take(self, rows: Bars, *, correcting: bool) -> Taken:
        slot, sound = self.places.slot(rows["time"]), sound_bars(rows, self.series.market)
        taken = Taken(np.empty(0, np.int64), np.zeros(self.places.slots, dtype=np.int64))
        taken.refused["not a bar"] += int(np.count_nonzero(~sound))
        taken.refused["outside the session"] += int(np.count_nonzero(sound & (slot < 0)))
        which = _last_of_each(rows, slot, np.flatnonzero(sound & (slot >= 0)))
        known = self.places.of(rows["symbol"][which], slot[which])
        old = known >= 0
        keep = ~old
        keep[old] = self._newer(rows, which[old], bars_at(self.journal.path, known[old]), taken, correcting=correcting)
        taken.which = np.sort(which[keep])
        taken.new = int(np.count_nonzero(~old))
        taken.revised = int(np.count_nonzero(keep & old))
        taken.arrived = np.bincount(slot[which[~old]], minlength=self.places.slots)
        taken.duplicate += int(np.count_nonzero(sound & (slot >= 0))) - which.size
        if taken.which.size:
            taken.rows = rows[taken.which]
            self._write(taken.rows)
        return taken

    def _newer(self, rows: Bars, which: Ints, known: Bars, taken: Taken, *, correcting: bool) -> Flags:
        """Say which rows say more than what is known; those that do so under a known revision get the next one."""
        fresh = rows[which]
        differs = np.zeros(which.size, dtype=bool)
        for name in VALUES:
            differs |= fresh[name] != known[name]
        higher = np.zeros(which.size, dtype=bool) if correcting else fresh["revision"] > known["revision"]
        same = differs & (np.full(which.size, correcting) | (fresh["revision"] == known["revision"]))
        rows["revision"][which[same]] = known["revision"][same] + 1
        taken.outdated += int(np.count_nonzero(differs & ~higher & ~same))
        taken.duplicate += int(np.count_nonzero(~differs & ~higher))
        newer: Flags = higher | same
        return newer

    def _write(self, rows: Bars) -> None:
        first = self.journal.append(rows)
        self._note(rows, np.arange(first, first + rows.size))

    def _note(self, rows: Bars, records: Ints) -> None:
        symbol, slot = rows["symbol"].astype(np.int64), self.places.slot(rows["time"])
        new = np.unique(np.stack([symbol, slot])[:, self.places.of(symbol, slot) < 0], axis=1)
        self.arrived += np.bincount(new[1], minlength=self.places.slots)
        self.places.put(symbol, slot, records)


def records_of(bars: Sequence[StreamBar], numbers: dict[str, int]) -> Bars:
    """Return stream bars as records."""
    rows = np.zeros(len(bars), BAR)
    rows["symbol"] = [numbers[bar.symbol] for bar in bars]
    for name in ("revision", "time", *VALUES, "received"):
        rows[name] = [getattr(bar, name) for bar in bars]
    return rows


def bars_of(rows: Bars, names: Sequence[str]) -> Iterator[StreamBar]:
    """Yield records as stream bars, final ones; `names` by number."""
    for number, revision, time, o, h, l, c, v, received in rows.tolist():
        yield StreamBar(names[number], time, o, h, l, c, v, final=True, revision=revision, received=received)


def sound_bars(rows: Bars, market: str) -> Flags:
    """Say which records obey the bar contract (`core/bars.py`, here without a frame)."""
    o, h, l, c, v = (rows[name] for name in VALUES)
    within = (l > 0) & (l <= o) & (o <= h) & (l <= c) & (c <= h) & np.isfinite(h)
    sound: Flags = within & (v >= 0) & (v <= MOST_VOLUME[market])
    return sound


def frame_of(rows: Bars, names: Sequence[str]) -> pl.DataFrame:
    """Return records as a frame of the bar contract, sorted."""
    columns = {"symbol": pl.Series(names, dtype=pl.String).gather(rows["symbol"]), "time": rows["time"]}
    frame = pl.DataFrame({**columns, **{name: rows[name] for name in VALUES}})
    return frame.with_columns(pl.col("time").cast(SCHEMA["time"])).sort("symbol", "time")


def _last_of_each(rows: Bars, slot: Ints, which: Ints) -> Ints:
    """Return of the rows of one bar the one with the highest revision, of equal ones the last."""
    order = which[np.lexsort((which, rows["revision"][which], slot[which], rows["symbol"][which]))]
    symbol, at = rows["symbol"][order], slot[order]
    last = np.ones(order.size, dtype=bool)
    last[:-1] = (symbol[1:] != symbol[:-1]) | (at[1:] != at[:-1])
    return order[last]
