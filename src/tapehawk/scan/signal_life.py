"""A session's book of signals, as a scan begins: what goes on from the sessions before is walked over the bars since.

    log ──what goes on──► book ◄──bars stored since──┐
                            ▲                        store
      rows and bars of the session, step by step

A scan that is started again begins like one that was never stopped: the log knows what was said, and the bars say again
what became of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from math import prod

from tapehawk.core.events import SignalChanged
from tapehawk.core.outcomes import reached
from tapehawk.core.sessions import date_of
from tapehawk.core.signal_clock import Clock
from tapehawk.data.actions import splits_in
from tapehawk.data.store import read_actions
from tapehawk.scan.history import Past
from tapehawk.scan.signal_book import SignalBook, SignalStore


def opened(store: SignalStore, past: Past, *, tell: Callable[[SignalChanged], None] = lambda _: None) -> SignalBook:
    """Return the book of the session that `past` comes before. Raises what reading the store does."""
    clock = Clock(past.timeframe, past.hours, past.series.market)
    book = SignalBook(clock, past.series.id, store, tell=tell, basis=basis(past))
    if book.since is not None:
        for panel in past.panels(date_of(book.since)):
            book.step(panel, through=reached(panel))
    return book


def basis(past: Past) -> Callable[[str, int], float]:
    """Return what turns a symbol's prices as traded on a day into those of the session: the splits in between."""
    inside = past.series.adjusted_as_of or dt.date.min
    splits = [one for one in splits_in(read_actions(past.root), as_of=past.session) if date_of(one.ex_day) > inside]

    def factor(symbol: str, day: int) -> float:
        return prod(one.ratio for one in splits if one.symbol == symbol and one.ex_day > day)

    return factor
