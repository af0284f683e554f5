"""A question to the scan desk, and which bars it is about."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

import numpy as np

from tapehawk.core.errors import BadInput, NoData
from tapehawk.core.panel import Block, Flags, Floats, Ints, Mask, Panel
from tapehawk.core.sessions import Calendar, calendar_named, date_of, day_number
from tapehawk.core.slower import MINUTES
from tapehawk.scan.floors import NO_FLOORS, Floors
from tapehawk.scan.latest import last_complete

OPENS = {"regular": 9 * 60 + 30, "extended": 4 * 60}
"""Minutes after midnight, New York, at which the hours begin."""


@dataclass(frozen=True)
class Question:
    """What is scanned, when, and for whom it is a candidate.

    Either one `scan_date` (default: the last complete session stored, see `latest.py`; a row a symbol) or `start_date`
    to `end_date` (every bar). On weekly bars a date stands for its week.
    `cutoff` "HH:MM" in the exchange's time, for intraday bars: the last bar closed by then stands for the session.
    `symbols` and `universe` narrow who is asked, `without` leaves some out, `floors` bars that are too small;
    `parameters` are the scanner's own. `strict`: refuse bars that are stale or in quarantine instead of answering
    without them. `version`: the data version that answers, None for the newest.
    """

    scanner_type: str
    scan_date: dt.date | None = None
    start_date: dt.date | None = None
    end_date: dt.date | None = None
    cutoff: str | None = None
    timeframe: str = "1d"
    hours: str = "regular"
    symbols: tuple[str, ...] = ()
    universe: str | None = None
    parameters: Mapping[str, object] = field(default_factory=dict)
    strict: bool = False
    without: tuple[str, ...] = ()
    floors: Floors = NO_FLOORS
    version: str | None = None

    def __post_init__(self) -> None:
        if self.scan_date and (self.start_date or self.end_date):
            raise BadInput("a date and a range at once", hint="give --date, or --start-date and --end-date")
        if self.start_date and self.end_date and self.start_date > self.end_date:
            raise BadInput(
                f"the range ends ({self.end_date}) before it starts ({self.start_date})",
                hint=f"the other way round: --start-date {self.end_date} --end-date {self.start_date}",
            )
        if self.cutoff is not None:
            self.cutoff_minutes()
            if self.timeframe not in MINUTES:
                raise BadInput(f"a cutoff on {self.timeframe} bars", hint="name intraday bars too: --timeframe 5m")

    @property
    def last_named(self) -> dt.date | None:
        """Return the last day that is named, None where the question ends with what is stored."""
        return self.scan_date or self.end_date

    @property
    def is_latest(self) -> bool:
        """Say whether the newest bars are asked for, whenever that is."""
        return self.scan_date is None and self.end_date is None

    @property
    def is_range(self) -> bool:
        """Say whether every bar of a range is asked for, not one row a symbol."""
        return self.start_date is not None or self.end_date is not None

    @property
    def is_every_intraday_bar(self) -> bool:
        """Say whether a session is asked about at each of its bars, not once."""
        return self.is_range and self.cutoff is None and self.timeframe in MINUTES

    def cutoff_minutes(self) -> int | None:
        """Return the cutoff as minutes after midnight."""
        if self.cutoff is None:
            return None
        at = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", self.cutoff)
        if at is None:
            raise BadInput(f"{self.cutoff!r} is not a time of day", hint="write it as 09:50")
        return int(at[1]) * 60 + int(at[2])


@dataclass(frozen=True)
class Days:
    """The sessions asked for, first and last, as days since 1970-01-01."""

    first: int
    last: int

    @property
    def start(self) -> dt.date:
        """Return the date of the first of them."""
        return date_of(self.first)

    @property
    def date(self) -> dt.date:
        """Return the date of the last of them."""
        return date_of(self.last)


def days_asked(question: Question, panel: Panel) -> Days:
    """Return the sessions a question is about. Raises BadInput for a day without one, NoData beyond what is stored."""
    calendar = calendar_named(panel.calendar)
    if not panel.n_bars:
        raise NoData("the store has no bars for this question", hint="scanner import PATH --adjustment …, or make demo")
    stored = _stored(panel)
    days = _range(question, stored) if question.is_range else _one_day(question, calendar, panel)
    if days.last < stored.first or days.first > stored.last:
        asked = f"{days.start}" if days.first == days.last else f"{days.start} to {days.date}"
        raise NoData(
            f"nothing is stored for {asked}: {question.timeframe} bars reach from {stored.start} to {stored.date}",
            hint="ask for a date between these; scanner sync and scanner import bring more",
        )
    return days


def _stored(panel: Panel) -> Days:
    session, (first, last) = panel.columns["session"], panel.ends()
    return Days(int(session[first].min()), int(session[last].max()))


def _range(question: Question, stored: Days) -> Days:
    first = day_number(question.start_date) if question.start_date else stored.first
    last = day_number(question.end_date) if question.end_date else stored.last
    return Days(monday_of(first) if question.timeframe == "1w" else first, last)


def _one_day(question: Question, calendar: Calendar, panel: Panel) -> Days:
    if question.scan_date is None:
        day = last_complete(panel, calendar)
        return _week(day, panel) if question.timeframe == "1w" else Days(day, day)
    day = day_number(question.scan_date)
    if question.timeframe == "1w":
        return _week(day, panel)
    calendar.need_session(question.scan_date)
    return Days(day, day)


def _week(day: int, panel: Panel) -> Days:
    """Return the labels of the weekly bars that hold a day (one of the week's sessions); the day where there is none.

    Raises NoData for a week that is missing among those stored.
    """
    session, monday, stored = panel.columns["session"], monday_of(day), _stored(panel)
    labels = session[(session >= monday) & (session < monday + 7)]
    if labels.size:
        return Days(int(labels.min()), int(labels.max()))
    if stored.first < monday < stored.last:
        raise NoData(f"no 1w bar is stored for the week of {date_of(day)}", hint=nearest_stored(session, monday, day))
    return Days(day, day)


def monday_of(day: int) -> int:
    """Return the Monday of a day's week."""
    return day - (day + 3) % 7  # day 0 was a Thursday


def nearest_stored(session: Floats, first: float, last: float) -> str:
    """Name the last stored session before `first` and the first one after `last`."""
    before, after = session[session < first], session[session > last]
    days = [int(before.max())] if before.size else []
    days += [int(after.min())] if after.size else []
    named = " and ".join(str(date_of(day)) for day in days)
    return f"the nearest stored: {named or 'none'}"


def selection(question: Question, days: Days, panel: Panel) -> Callable[[Block], Mask]:
    """Return which bars of a block are asked for: 2 yes, 0 no."""
    last_minute = _last_minute(question, panel)
    one_a_session = panel.timeframe in MINUTES and (not question.is_range or question.cutoff is not None)

    def select(block: Block) -> Mask:
        session = block.column("session")
        wanted = (session >= days.first) & (session <= days.last)
        if last_minute is not None:
            wanted &= block.column("minute") + MINUTES[panel.timeframe] <= last_minute
        if one_a_session:
            wanted &= ~_followed(wanted, session, block.starts)
        return wanted.view(np.uint8) * np.uint8(2)

    return select


def of_symbols(names: Collection[str], panel: Panel, select: Callable[[Block], Mask]) -> Callable[[Block], Mask]:
    """Return the same selection, of these symbols of the panel only."""
    mine = np.isin(np.array(panel.symbols), np.array(list(names)))

    def narrowed(block: Block) -> Mask:
        return select(block) * np.repeat(mine[block.first : block.last], np.diff(block.starts))

    return narrowed


def _followed(wanted: Flags, session: Floats, starts: Ints) -> Flags:
    """Flag the bars that another wanted bar of the same symbol and session follows."""
    out = np.zeros(wanted.size, dtype=bool)
    out[:-1] = wanted[1:] & (session[1:] == session[:-1])
    ends = starts[1:-1]
    out[ends[ends > 0] - 1] = False
    return out


def _last_minute(question: Question, panel: Panel) -> float | None:
    """Return the cutoff in minutes since the open of the panel's hours. Raises BadInput where no bar closes by then."""
    cutoff = question.cutoff_minutes()
    if cutoff is None:
        return None
    opens = OPENS[panel.hours] if panel.calendar == "us" else 0
    first = opens + MINUTES[panel.timeframe]
    if cutoff < first:
        raise BadInput(
            f"no {panel.timeframe} bar of the {panel.hours} hours has closed by {question.cutoff}",
            hint=f"the first closes at {first // 60:02}:{first % 60:02}",
        )
    return float(cutoff - opens)
