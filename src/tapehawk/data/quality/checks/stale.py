"""Symbols whose bars end before the others' although they are listed, and series that are behind their contract."""

from __future__ import annotations

import polars as pl

from tapehawk.core.sessions import date_of
from tapehawk.data.freshness import Newest, late, overdue
from tapehawk.data.quality.examined import Examined
from tapehawk.data.quality.finding import Told
from tapehawk.data.quality.repairs import fetched_again


def check(examined: Examined) -> list[Told]:
    """Tell who is late, and since when."""
    tape = examined.tape
    if not tape.n_bars:
        return []
    listed = examined.listings.select("symbol", pl.col("last_seen").to_physical()).sort("last_seen", nulls_last=True)
    last = {name: int(tape.session[end - 1]) for name, end in zip(tape.names, tape.starts[1:].tolist(), strict=True)}
    symbols = overdue(last, dict(listed.iter_rows()), examined.calendar)
    return [*_series(examined), *(_symbol(examined, name, last[name]) for name in symbols)]


def _series(examined: Examined) -> list[Told]:
    if examined.now is None or examined.series.simulated:
        return []
    newest = Newest(
        examined.timeframe,
        examined.series.market,
        "extended" if examined.intraday else "regular",
        examined.last_session,
        int(examined.times.max()),
    )
    since = late(newest, examined.now)
    if since is None:
        return []
    repair = fetched_again(examined.series, date_of(examined.last_session), examined.tape.names)
    return [Told(None, examined.last_session, "warning", f"{examined.series.id} is stale since {since}", repair)]


def _symbol(examined: Examined, symbol: str, day: int) -> Told:
    if day < 0:
        day = examined.last_session
    detail = f"the last bar is of {date_of(day)}, the market's of {date_of(examined.last_session)}, and it is listed"
    repair = fetched_again(examined.series, date_of(day), [symbol])
    return Told(symbol, day, "warning", f"{detail}; late, halted, or gone without a listing's end", repair)
