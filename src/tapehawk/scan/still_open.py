"""Questions about a session that is not in the store yet: what is said of it, and what is asked for in vain."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from tapehawk.core.errors import NoData
from tapehawk.core.instants import microseconds
from tapehawk.core.panel import Panel
from tapehawk.core.series import SESSION_TIMEFRAMES
from tapehawk.core.session_table import MINUTE
from tapehawk.core.sessions import Session, calendar_named, date_of, day_number
from tapehawk.data.view import View
from tapehawk.scan.question import OPENS, Question


def notes_of(view: View, now: dt.datetime) -> Iterator[str]:
    """Say in a line each which sessions are not in the store yet, and how far their bars reach."""
    for date, reach in view.reach.items():
        session = calendar_named(view.panel.calendar).need_session(date)
        state = "still open" if _is_open(session, now) else "not in the store yet"
        minutes = _minute_of_day(view.panel, session, reach)
        yield f"session {date} {state}: bars to {minutes // 60:02}:{minutes % 60:02}"


def may_lack_bars(question: Question, view: View) -> bool:
    """Say whether the newest bars are asked for, or bars of an open session that may still come: then age counts."""
    if question.is_latest or not view.reach:
        return question.is_latest
    date = max(view.reach)
    session, cutoff = calendar_named(view.panel.calendar).need_session(date), question.cutoff_minutes()
    return cutoff is None or _minute_of_day(view.panel, session, view.reach[date]) < cutoff


def need_closed(question: Question, panel: Panel, now: dt.datetime) -> None:
    """Raise NoData, with what to do, where nothing is known of the open session that is asked for."""
    date = question.scan_date or question.start_date
    if date is None or not panel.n_bars or panel.timeframe == "1w":
        return
    last = int(panel.columns["session"][panel.ends()[1]].max())
    if day_number(date) <= last:
        return
    session = calendar_named(panel.calendar).session_on(date)
    if session is None or not _is_open(session, now):
        return
    if panel.timeframe in SESSION_TIMEFRAMES:
        has, hint = f"its {panel.timeframe} bar comes when it is over", "ask for its minutes: --timeframe 1m"
    else:
        has, hint = f"no {panel.timeframe} bar of it is known", "scanner live receives them"
    raise NoData(f"the session {date} is still open: {has}", hint=f"{hint}; the last one stored is {date_of(last)}")


def _is_open(session: Session, now: dt.datetime) -> bool:
    """Say whether a session has begun and is not over."""
    at = microseconds(now)
    return session.premarket_open <= at < session.after_hours_close


def _minute_of_day(panel: Panel, session: Session, instant: int) -> int:
    """Return an instant as minutes after midnight of the exchange."""
    begins = OPENS["extended"] if panel.calendar == "us" else 0
    return begins + (instant - session.premarket_open) // MINUTE
