"""Which session is asked for when no date is given: the last complete one that is stored.

Only each symbol's last bars are read, so that it costs nothing on panels of any length.
"""

from __future__ import annotations

import numpy as np

from tapehawk.core.panel import Ints, Panel
from tapehawk.core.session_table import MINUTE
from tapehawk.core.sessions import Calendar
from tapehawk.core.slower import MINUTES


def last_complete(panel: Panel, calendar: Calendar) -> int:
    """Return the last complete session of a panel that has bars, as days since 1970-01-01.

    Intraday: the last session, if a bar of it reaches the end of its hours (for crypto: of its UTC day); else the one
    before, which is over. Daily and weekly: the last date that has bars of at least half of the symbols that had one on
    the date before. Where nothing is stored before it, the first date stored is taken as it is.
    """
    session = panel.columns["session"]
    first, at = panel.ends()
    if panel.timeframe in MINUTES:
        return _intraday(panel, calendar, at)
    while True:
        on_it = session[at] == session[at].max()
        back = at - on_it
        at_all = back >= first
        before = session[back[at_all]]
        if not before.size or 2 * on_it.sum() >= (before == before.max()).sum():
            return int(session[at].max())
        first, at = first[at_all], back[at_all]


def _intraday(panel: Panel, calendar: Calendar, last_bars: Ints) -> int:
    session = panel.columns["session"]
    newest = int(session[last_bars].max())
    on_it = last_bars[session[last_bars] == newest]
    reached = int(panel.time[on_it].max()) + MINUTES[panel.timeframe] * MINUTE
    if reached >= calendar.close_of(np.array([newest]), panel.hours)[0]:
        return newest
    earlier = session[session < newest]
    return int(earlier.max()) if earlier.size else newest
