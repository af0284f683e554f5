"""Edges between volumes of different scope, over which a relative volume means nothing.

told      stored series say that a symbol's volume is the whole market's until one day and one venue's from the next,
          or both on one day
hidden    inside one series most symbols' volume changes fivefold on one day and stays: a feed that was changed
hole      one symbol's volume is another fivefold after a month without bars: sessions of another scope that were called
          this series' own, or a feed that was changed meanwhile; without a hole a single symbol may just be busy
"""

from __future__ import annotations

from math import exp, log
from typing import Final

import numpy as np
import polars as pl

from tapehawk.data.quality.examined import Examined
from tapehawk.data.quality.finding import Told
from tapehawk.data.quality.tape import Tape
from tapehawk.data.quality.tape import log as ln

FIVEFOLD: Final = log(5)
FEWEST: Final = 5  # symbols, below which a common change is no evidence
SESSIONS: Final = 5  # on either side of a hole, whose volumes are compared
HOLE: Final = 28  # days
REPAIR: Final = "compare volumes on one side of the edge only; keep the two feeds in series of their own (--feed)"


def check(examined: Examined) -> list[Told]:
    """Tell the edges, one finding a day for all symbols that share it."""
    return [*_told_edges(examined.scopes), *_hidden_edges(examined), *_across_holes(examined.days)]


def _told_edges(scopes: pl.DataFrame) -> list[Told]:
    """Days on which the scope of symbols changes, from series that say theirs."""
    daily = scopes.group_by("symbol", "session").agg(pl.col("scope").unique().sort().str.join(" and ")).sort(pl.all())
    before = pl.col("scope").shift(1).over("symbol")
    edges = daily.with_columns(before=before).filter(pl.col("scope") != pl.col("before"))
    days = edges.group_by("session", "before", "scope").agg(pl.col("symbol").min(), pl.len()).sort("session", "before")
    return [
        Told(symbol if count == 1 else None, session, "warning", _said(before, scope, count), REPAIR)
        for session, before, scope, symbol, count in days.iter_rows()
    ]


def _said(before: str, scope: str, count: int) -> str:
    whose = "its volume" if count == 1 else f"the volume of {count} symbols"
    return f"{whose} is {scope} from here, {before} before"


def _hidden_edges(examined: Examined) -> list[Told]:
    """Days on which the whole market's volume changes fivefold against the five sessions before, and stays."""
    tape = examined.days
    if len(tape.names) < FEWEST:
        return []
    volume = ln(tape.volume)
    base = np.median(np.stack([tape.shifted(volume, back) for back in range(1, 6)]), axis=0)
    frame = pl.DataFrame(
        {
            "session": tape.session,
            "change": volume - base,
            "next": tape.shifted(volume, -1) - base,
        }
    ).fill_nan(None)
    market = (
        frame.drop_nulls("change")
        .group_by("session")
        .agg(pl.len(), pl.col("change", "next").median())
        .filter(pl.col("len") >= FEWEST)
        .sort("session")
    )
    last = 0.0 if examined.intraday else FIVEFOLD  # the newest intraday session may be a part of one
    stays = (pl.col("next") * pl.col("change").sign()).fill_null(last) > FIVEFOLD / 2
    began = (pl.col("change").shift(1) * pl.col("change").sign()).fill_null(0) < FIVEFOLD / 2
    edges = market.filter((pl.col("change").abs() > FIVEFOLD) & stays & began)
    return [_hidden(*row) for row in edges.select("session", "len", "change").iter_rows()]


def _hidden(session: int, symbols: int, change: float) -> Told:
    detail = f"the volume of {symbols} symbols is {_times(change)} from here (median), all on one day: another feed or "
    return Told(None, session, "error", detail + "scope", REPAIR)


def _across_holes(tape: Tape) -> list[Told]:
    """Symbols whose median volume of five sessions changes fivefold over a hole."""
    days = tape.session - tape.shifted(tape.session.astype(np.float64))
    rows = np.flatnonzero(days > HOLE)
    volume = ln(tape.volume)
    before = tape.before(volume, rows, SESSIONS)
    after = tape.after(volume, rows - 1, SESSIONS)
    change = np.median(after, axis=1) - np.median(before, axis=1)  # NaN where one of the ten is missing
    return [
        _over_a_hole(tape.names[tape.symbol[row]], int(tape.session[row]), int(days[row]), times)
        for row, times in zip(rows.tolist(), change.tolist(), strict=True)
        if abs(times) > FIVEFOLD
    ]


def _over_a_hole(symbol: str, session: int, days: int, change: float) -> Told:
    detail = f"its volume is {_times(change)} from here, after {days} days without a bar: another feed or scope"
    return Told(symbol, session, "warning", detail, REPAIR)


def _times(change: float) -> str:
    return f"{exp(abs(change)):.0f} times {'as much' if change > 0 else 'less'}"
