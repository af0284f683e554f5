"""Sessions that are missing: between a symbol's first and last bar, or since its listing.

Counted by the calendar, on sessions, never on minutes: a minute without a trade has no bar and is no gap. A session
that most of the market lacks is told once. A halt of whole sessions looks the same; it is a warning, not an error.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from tapehawk.core.sessions import date_of
from tapehawk.data.quality.examined import Examined
from tapehawk.data.quality.finding import Told
from tapehawk.data.quality.repairs import fetched_again
from tapehawk.data.quality.tape import Flags, Ints, Tape

WEEK_BEGINS = 3  # day 0 was a Thursday: Monday's number is 7 × week - 3


def check(examined: Examined) -> list[Told]:
    """Tell the missing sessions, runs of them as one."""
    tape = examined.days
    if not tape.n_bars:
        return []
    place = _places(examined, tape)
    whole = _missing_everywhere(tape, place)
    told = [_everywhere(examined, tape, place, int(one)) for one in whole]
    told += [_of_symbol(examined, *gap) for gap in _gaps(tape, place, whole)]
    return told + [_of_symbol(examined, *gap) for gap in _since_listing(examined, tape, place)]


def _places(examined: Examined, tape: Tape) -> Ints:
    """Number the sessions (for weekly bars: the weeks) without a hole; -1 for a day without a session."""
    if examined.timeframe == "1w":
        return (tape.session + WEEK_BEGINS) // 7
    found = np.searchsorted(examined.calendar.date, tape.session)
    found[~examined.is_session(tape.session)] = -1
    return found


def _day(examined: Examined, place: int) -> int:
    return place * 7 - WEEK_BEGINS if examined.timeframe == "1w" else int(examined.calendar.date[place])


def _missing_everywhere(tape: Tape, place: Ints) -> Ints:
    """Sessions that more than half of the symbols lack, of at least three that reach across them."""
    least, most = int(place[place >= 0].min(initial=0)), int(place.max(initial=0))
    there = np.bincount(place[place >= 0] - least, minlength=most - least + 1)
    first, last = place[tape.starts[:-1]], place[tape.starts[1:] - 1]
    usable = (first >= 0) & (last >= 0)
    reach = np.zeros(most - least + 2, dtype=np.int64)
    np.add.at(reach, first[usable] - least, 1)
    np.add.at(reach, last[usable] - least + 1, -1)
    across = np.cumsum(reach)[:-1]
    missing: Ints = np.flatnonzero((across >= 3) & (there * 2 < across)) + least
    return missing


def _gaps(tape: Tape, place: Ints, whole: Ints) -> Iterator[tuple[str, int, int]]:
    """Yield (symbol, first missing place, how many) of each symbol's own gaps."""
    before = np.concatenate(([-1], place[:-1]))
    open_: Flags = tape.follows & (place >= 0) & (before >= 0) & (place - before > 1)
    for row in np.flatnonzero(open_).tolist():
        missing = np.setdiff1d(np.arange(before[row] + 1, place[row]), whole)
        if missing.size:
            yield tape.names[tape.symbol[row]], int(missing[0]), missing.size


def _since_listing(examined: Examined, tape: Tape, place: Ints) -> Iterator[tuple[str, int, int]]:
    """Yield the sessions between a symbol's listing, as far back as the series reaches, and its first bar."""
    listed = examined.listings.filter(pl.col("first_seen").is_not_null())
    ends = pl.col("last_seen").to_physical().fill_null(np.iinfo(np.int32).max)
    rows = listed.select("symbol", pl.col("first_seen").to_physical(), ends)
    first_bar = {name: int(place[at]) for name, at in zip(tape.names, tape.starts[:-1].tolist(), strict=True)}
    begins = min((at for at in first_bar.values() if at >= 0), default=0)
    for symbol, seen, last in rows.iter_rows():
        bar = first_bar.get(symbol, -1)
        since = max(begins, int(np.searchsorted(examined.calendar.date, seen)))
        if examined.timeframe != "1w" and bar > since and _day(examined, bar) <= last:
            yield symbol, since, bar - since


def _everywhere(examined: Examined, tape: Tape, place: Ints, missing: int) -> Told:
    day = _day(examined, missing)
    detail = "no bars of this session for most of the symbols that have bars before and after it"
    return Told(None, day, "error", detail, fetched_again(examined.series, date_of(day), _absent(tape, place, missing)))


def _absent(tape: Tape, place: Ints, missing: int) -> list[str]:
    """Return the symbols that have bars before and after a session, and none in it."""
    across = (place[tape.starts[:-1]] < missing) & (place[tape.starts[1:] - 1] > missing)
    across[tape.symbol[place == missing]] = False
    return [tape.names[symbol] for symbol in np.flatnonzero(across)]


def _of_symbol(examined: Examined, symbol: str, place: int, missing: int) -> Told:
    day = _day(examined, place)
    what = "week" if examined.timeframe == "1w" else "session"
    detail = f"{missing} {what}{'s' if missing > 1 else ''} without a bar from here; a gap, or a halt of whole sessions"
    return Told(symbol, day, "warning", detail, fetched_again(examined.series, date_of(day), [symbol]))
