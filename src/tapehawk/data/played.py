"""Which stored bars a replay of a day plays: the fastest that say no less of it than those that answer a scan.

    timeframe ──► the series that answers a scan: its own bars, else the next faster ones (data/building.py)
       └─ faster bars of that series, if they have the day and everybody whom it has then ──► played instead

What is faster than the timeframe asked for is folded to it. Minutes show what happens within a slower bar, so the
fastest go first; but never those of another series, nor of fewer symbols.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

from tapehawk.core.errors import NoData, UnknownName
from tapehawk.core.series import Series
from tapehawk.data.building import answering
from tapehawk.data.open_session import are_slots
from tapehawk.data.panels import PanelQuestion
from tapehawk.data.store import preferred_series, stored_symbols
from tapehawk.data.versions import faster, no_bars


def played_series(root: Path, question: PanelQuestion, day: dt.date, *, symbols: Collection[str] = ()) -> Series:
    """Return the series that is played for a day's bars of the asked timeframe; `symbols`: whom it is about, () all.

    Raises NoData where nothing stored goes with the timeframe, or nothing that can be folded as it comes.
    """
    answers, _ = answering(root, question)
    if answers.timeframe != question.timeframe and not are_slots(answers.timeframe):
        raise no_bars(root, question.timeframe)

    def on_the_day(series: Series) -> set[str]:
        stored = set(stored_symbols(root, series, session=day))
        return stored.intersection(symbols) if symbols else stored

    for one in _faster(root, question, answers):
        if one.id == answers.id and (mine := on_the_day(one)) and mine >= on_the_day(answers):
            return one
    return answers


def _faster(root: Path, question: PanelQuestion, answers: Series) -> Iterator[Series]:
    """Yield the series that answers on each faster timeframe, fastest first."""
    for timeframe in filter(are_slots, reversed(faster(answers.timeframe))):
        with suppress(NoData, UnknownName):
            yield preferred_series(root, timeframe, market=question.market, prefer=question.prefer)
