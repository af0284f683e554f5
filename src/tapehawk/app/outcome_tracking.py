"""Jobs on what became of signals: those nobody scans any longer are walked on, and the days are counted.

A signal lives as long as its clock says, whether or not its symbol is still scanned live. After a session its bars are
in the store, and the same book that a live scan keeps comes to the same from them.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from tapehawk.app.analytics import keep_days
from tapehawk.app.house import House
from tapehawk.app.live_giving import Giving, books, folder_of
from tapehawk.app.live_plan import Planning
from tapehawk.core.errors import NoData
from tapehawk.core.series import SESSION_TIMEFRAMES
from tapehawk.core.sessions import calendar_named
from tapehawk.core.signal_record import Signal
from tapehawk.data.signal_log import SignalLog, logs
from tapehawk.data.store import Stored, stored_series, stored_sessions
from tapehawk.jobs.run import Run
from tapehawk.scan.history import Past
from tapehawk.scan.signal_life import opened

LOOK_BACK: Final = dt.timedelta(days=8)
"""Days of signals that went on since are counted anew: what a run or two have missed is made good."""
Payload = Mapping[str, Any]
Asks = Callable[[], bool]


def track(house: House, _payload: Payload, run: Run, _is_cancelled: Asks) -> dict[str, Any]:
    """Walk the signals that go on over the sessions stored since, and bring what they came to to their users."""
    store, changed = house.known.store, 0
    for log in (log for book in books(store) for log in logs(folder_of(store, book))):
        run.check()
        changed += _walked(house, log)
    giving = Giving(house.database, store, house.broadcast.say, Planning(house.known).recipients)
    giving.bring()
    return {"changed": changed, "waits": giving.trouble}


def analytics(house: House, _payload: Payload, _run: Run, _is_cancelled: Asks) -> dict[str, Any]:
    """Count the days of users whose signals came or went on lately."""
    return {"days": keep_days(house.database, since=house.now() - LOOK_BACK)}


def _walked(house: House, log: SignalLog) -> int:
    """Walk the signals of a log on; return how many came to something."""
    before = {key: one for key, one in log.known().items() if not one.is_final}
    for past in _pasts(house, before):
        opened(log, past)
    after = log.known()
    return sum(after[key].history != one.history for key, one in before.items())


def _pasts(house: House, going_on: Mapping[str, Signal]) -> Iterator[Past]:
    """Yield the stored bars that signals live by: those of their series, of their symbols, up to the last session."""
    groups: dict[tuple[str, str, str, str], set[str]] = defaultdict(set)
    for one in going_on.values():
        groups[one.market, one.key.series, one.key.timeframe, one.hours].add(one.key.symbol)
    for (market, name, timeframe, hours), symbols in sorted(groups.items()):
        by_day = timeframe in SESSION_TIMEFRAMES
        stored = _stored(house, market, name, timeframe if by_day else "1m")
        if stored:
            series = stored.series
            last = stored.last.date() if by_day else stored_sessions(house.known.store, series)[-1]
            next_one = calendar_named(market).next(last)
            slower = None if timeframe == series.timeframe else timeframe
            yield Past(house.known.store, series, next_one, tuple(sorted(symbols)), hours, slower)


def _stored(house: House, market: str, name: str, timeframe: str) -> Stored | None:
    """Return what is stored of a series on a timeframe, None where nothing is."""
    try:
        every = stored_series(house.known.store, timeframe, market=market)
    except NoData:
        return None
    return next((one for one in every if one.series.id == name), None)
