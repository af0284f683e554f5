"""The bars of one symbol as they are asked for: the newest of a span, on the basis of prices that is asked for.

    none    as traded on the bar's day
    split   divided by the splits since, as of the last session
    all     also by dividends: prices before an ex-date are multiplied by 1 - cash / close of the session before

A page holds the newest bars of the span, oldest first; its cursor leads to the page before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import polars as pl

from tapehawk.core.errors import BadInput, NoData, UnknownName
from tapehawk.core.instants import rfc3339_each
from tapehawk.core.panel import Floats, Ints, Panel
from tapehawk.core.series import ADJUSTMENTS, SESSION_TIMEFRAMES, Series
from tapehawk.core.sessions import calendar_named, date_of
from tapehawk.scan.bar_span import Span
from tapehawk.scan.closed import Closed, closes_of

PRICES: Final = ("open", "high", "low", "close")
_NAMES: Final = (*PRICES, "volume")


@dataclass(frozen=True)
class Page:
    """Which bars: those of a span, the newest `limit` of them, or of those before `cursor`."""

    span: Span = field(default_factory=Span)
    limit: int = 1000
    cursor: str | None = None

    def rows(self, panel: Panel, upto: int) -> tuple[Ints, str | None]:
        """Return which bars of a symbol, `upto` (a place) at most, and the cursor of the page before."""
        rows = self.span.rows(panel)
        rows = rows[rows < upto]
        if self.cursor is not None:
            rows = rows[panel.time[rows] < _cursor(self.cursor)]
        page = rows[-self.limit :]
        return page, str(int(panel.time[page[0]])) if page.size < rows.size else None


def check_adjust(adjust: str) -> str:
    """Return it when it is a basis of prices. Raises UnknownName."""
    if adjust not in ADJUSTMENTS:
        raise UnknownName("adjustment", adjust, ADJUSTMENTS)
    return adjust


def bars_of(panel: Panel, page: Page, instant: int, columns: Mapping[str, Floats]) -> dict[str, Any]:
    """Return a page of a one-symbol panel's bars that have closed at an instant, as plain values.

    `columns`: prices and volume on the basis asked for, as `on_basis` returns them.
    """
    rows, cursor = page.rows(panel, int(Closed.at(panel, instant).ends[0]))
    values = [_plain(columns[name][rows]) for name in (*PRICES, "volume")]
    times = times_of(panel, rows)
    names = ("time", "end", "session", *PRICES, "volume")
    return {"bars": [dict(zip(names, row, strict=True)) for row in zip(*times, *values, strict=True)]} | {
        "next_cursor": cursor
    }


def times_of(panel: Panel, rows: Ints) -> tuple[list[str], list[str], list[str]]:
    """Return when bars begin and end, RFC 3339, and the dates of their sessions; a daily bar is its session's hours."""
    session = panel.columns["session"][rows].astype(np.int64)
    starts = panel.time[rows]
    if panel.timeframe in SESSION_TIMEFRAMES:
        calendar = calendar_named(panel.calendar)
        at = np.minimum(np.searchsorted(calendar.date, session), calendar.date.size - 1)
        starts = calendar.open[at]
    days = {day: str(date_of(day)) for day in np.unique(session).tolist()}
    return rfc3339_each(starts), rfc3339_each(closes_of(panel, rows)), [days[day] for day in session.tolist()]


def on_basis(panel: Panel, series: Series, adjust: str, actions: pl.DataFrame) -> Mapping[str, Floats]:
    """Return a one-symbol panel's prices and volume on a basis. Raises NoData where they came otherwise adjusted."""
    check_adjust(adjust)
    if series.adjustment != "none" and (adjust == "none" or (adjust, series.adjustment) == ("split", "all")):
        message = f"the bars of {series.id} came adjusted: {series.adjustment}"
        raise NoData(message, hint=f"ask for adjust={series.adjustment}, or store bars as traded")
    named = [f"raw.{name}" if adjust == "none" and f"raw.{name}" in panel.columns else name for name in _NAMES]
    columns = {name: panel.columns[of] for name, of in zip(_NAMES, named, strict=True)}
    if adjust == "all" and series.adjustment != "all":
        factors = _dividends(panel, actions)
        columns |= {name: columns[name] * factors for name in PRICES}
    return columns


def _dividends(panel: Panel, actions: pl.DataFrame) -> Floats:
    """Return what each bar's prices are multiplied by for the dividends that come after it."""
    factors = np.ones(panel.n_bars)
    paid = actions.filter(pl.col("type") == "dividend", pl.col("symbol") == panel.symbols[0]).sort("ex_date")
    session = panel.columns["session"]
    raw = panel.columns.get("raw.close", panel.columns["close"])
    for ex_day, cash in paid.select(pl.col("ex_date").to_physical(), "cash_amount").iter_rows():
        before = int(np.searchsorted(session, ex_day))
        if cash and 0 < before < panel.n_bars and 0 < cash < raw[before - 1]:
            factors[:before] *= 1.0 - cash / float(raw[before - 1])
    return factors


def _plain(values: Floats) -> list[float | None]:
    return [None if value != value else value for value in values.tolist()]  # noqa: PLR0124 - NaN


def _cursor(text: str) -> int:
    if not (text.isascii() and text.removeprefix("-").isdecimal()) or len(text) > 18:
        raise BadInput("that is no cursor of ours", hint="take `next_cursor` of the page before as it is")
    return int(text)


def said_of(panel: Panel, stale: str | None) -> list[str]:
    """Return what must be said of a symbol's bars: the market's labels, since when they are stale, what is left out."""
    symbol = panel.symbols[0]
    late = stale or (str(date_of(int(panel.columns["session"][-1]))) if symbol in panel.stale else None)
    left_out = panel.left_out.get(symbol)
    own = [f"stale since {late}"] if late else []
    own += [f"{left_out:,} bars before a missed split left out"] if left_out else []
    return [*panel.labels, *own]
