"""The morning after: hits of a daily scan, met with the extended bars around them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import numpy as np

from tapehawk.core.errors import NoData
from tapehawk.core.next_day import Hit, NextDay, NextDayCheck
from tapehawk.core.panel import Panel
from tapehawk.core.sessions import calendar_named, date_of
from tapehawk.core.signals import OWN
from tapehawk.core.watch import Found
from tapehawk.data.panels import PanelQuestion, open_panel

FINE_ENOUGH: Final = ("30m", "15m", "5m", "1m")
WITHOUT_BARS: Final = "no extended bars stored"


def checked(check: NextDayCheck, found: Iterable[Found], panel: Panel, store: Path) -> NextDay:
    """Return what the check says of the hits; all of them are counted as unanswered where no such bars are stored."""
    hits = [hit for one in found for hit in _hits(one, panel)]
    bars = _extended_bars(panel, store) if hits else None
    if bars is None:
        return NextDay(without={WITHOUT_BARS: len(hits)})
    return check(hits, bars, calendar_named(panel.calendar))


def _hits(found: Found, panel: Panel) -> Iterable[Hit]:
    """Yield the hits of one setup with their day's prices, as adjusted in the panel."""
    at = {name: panel.columns[name][found.bar] for name in ("session", "high", "low", "close")}
    atr = found.columns[OWN + "atr"]
    for i, symbol in enumerate(found.symbol):
        high, low, close = (float(at[name][i]) for name in ("high", "low", "close"))
        name = panel.symbols[symbol]
        yield Hit(name, found.setup.pattern, int(at["session"][i]), high, low, close, float(atr[i]))


def _extended_bars(panel: Panel, store: Path) -> Panel | None:
    """Return extended bars of at most 30 minutes, adjusted as the daily ones are; None if none are stored."""
    as_of = date_of(int(np.max(panel.columns["session"])))
    for timeframe in FINE_ENOUGH:
        try:
            return open_panel(store, PanelQuestion(timeframe, panel.calendar, "extended", as_of=as_of))
        except NoData:
            continue
    return None
