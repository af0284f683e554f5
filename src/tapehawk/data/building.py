"""Building a panel: read one series, leave out what is quarantined, keep the asked hours, put splits on, cut, write.

A timeframe without bars of its own gets those made of the next faster one that is stored (data/resampling.py).

The columns are made one at a time and the frame is let go, so that the peak is about twice the bars' own size.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl

from tapehawk.core.bars import PRICES, SESSION_TIMEFRAMES, Series
from tapehawk.core.errors import NoData, UnknownName
from tapehawk.core.panel import Panel
from tapehawk.core.sessions import calendar_named, date_of
from tapehawk.data.actions import NEVER, Floats, Ints, split_factors, splits_in
from tapehawk.data.faults import disk_full_is_try_again
from tapehawk.data.freshness import overdue
from tapehawk.data.panels import PanelQuestion, remove_older, write_panel
from tapehawk.data.quarantine import lacking, left_out_before, quarantined
from tapehawk.data.resampling import slower_panel
from tapehawk.data.shapes import session_of
from tapehawk.data.store import kept_apart, preferred_series, read_actions, read_bars, read_symbols
from tapehawk.data.versions import faster, panel_versions

MICROSECONDS_A_DAY = 86_400_000_000


def build_panel(root: Path, question: PanelQuestion) -> Panel:
    """Build the panel that answers `question`, store it and open it; older ones of the question are removed.

    Raises NoData when no bars answer, CorruptStore when stored ones can't be read, TryAgain when the disk is full.
    """
    series, version = answering(root, question)
    bars = read_bars(root, series, version=version)
    actions = read_actions(root, version=version)
    missed, apart = quarantined(root, series, version=version), kept_apart(root, series)
    known = missed if question.as_of is None else missed.filter(pl.col("date") <= question.as_of)
    bars, left_out = trusted_bars(bars, series, left_out_before(known, actions))
    panel = panel_of(
        bars, series, hours=question.stored_hours, actions=actions, as_of=question.as_of, missed=lacking(missed)
    )
    if series.timeframe != question.timeframe:
        panel, series = slower_panel(panel, question.timeframe), replace(series, timeframe=question.timeframe)
    panel = replace(panel, left_out=left_out, stale=_stale(panel, read_symbols(root, version=version)), apart=apart)
    with disk_full_is_try_again(root):
        opened = write_panel(root, question, replace(panel, data_version=version), series)
    if question.version is None:
        remove_older(root, question, version)
    return replace(opened, hours=question.hours)


def answering(root: Path, question: PanelQuestion) -> tuple[Series, str]:
    """Return the series that answers, and the data version: of the asked timeframe, else of the next faster stored one.

    Raises what the asked timeframe says when none does.
    """
    versions = panel_versions(root, question.timeframe) if question.version is None else {}
    refusals: list[NoData | UnknownName] = []
    for timeframe in versions or (question.timeframe, *faster(question.timeframe)):
        version = question.version or versions[timeframe]
        try:
            found = preferred_series(root, timeframe, market=question.market, prefer=question.prefer, version=version)
        except (NoData, UnknownName) as refusal:
            refusals.append(refusal)
        else:
            return found, version
    raise refusals[0]


def panel_of(  # noqa: PLR0913 - what is stored, of what kind, and what is known beside it
    bars: pl.DataFrame,
    series: Series,
    *,
    hours: str = "regular",
    actions: pl.DataFrame | None = None,
    as_of: dt.date | None = None,
    missed: Collection[tuple[str, int]] = (),
) -> Panel:
    """Make a panel in memory of bars as stored: within `hours`, adjusted for the splits up to `as_of`.

    `bars`: sorted by (symbol, time), the bar contract's columns and perhaps `adjusted_as_of`. `as_of` None stands for
    the last session in them. `missed`: (symbol, ex day) of splits that adjusted prices lack. Raises NoData when no bar
    is within the hours.
    """
    sessions, minutes = _sessions(bars, series, hours)
    if minutes is None:
        minutes = np.zeros(bars.height)
    else:
        inside = sessions >= 0
        bars, sessions, minutes = bars.filter(pl.Series(inside)), sessions[inside], minutes[inside]
    if bars.is_empty():
        raise NoData(f"no bars of {series.id} are within {hours} hours", hint="ask for extended hours")
    symbols, starts = _segments(bars["symbol"])
    columns = {name: bars[name].to_numpy() for name in (*PRICES, "volume")}
    factors = _factors(bars, series, actions, sessions, as_of, missed)
    if factors is not None:
        columns = _adjusted(columns, factors, keep_raw=series.adjustment == "none")
    return Panel(
        symbols=symbols,
        starts=starts,
        time=bars["time"].to_physical().to_numpy(),
        columns={**columns, "session": sessions.astype(np.float64), "minute": minutes},
        timeframe=series.timeframe,
        hours=hours,
        calendar=series.market,
        labels=series.labels,
    )


def adjusted_bars(
    bars: pl.DataFrame,
    series: Series,
    actions: pl.DataFrame,
    *,
    as_of: dt.date,
    missed: Collection[tuple[str, int]] = (),
) -> pl.DataFrame:
    """Return bars as stored, sorted by (symbol, time), adjusted for the splits up to `as_of`; `missed` as a panel's."""
    days = bars.select(session_of(series.timeframe, series.market).to_physical().cast(pl.Int64)).to_series().to_numpy()
    factors = _factors(bars, series, actions, days, as_of, missed)
    if factors is None:
        return bars
    columns = {name: bars[name].to_numpy() for name in (*PRICES, "volume")}
    return bars.with_columns(pl.Series(name, new) for name, new in _adjusted(columns, factors, keep_raw=False).items())


def trusted_bars(
    bars: pl.DataFrame, series: Series, before: Mapping[str, int]
) -> tuple[pl.DataFrame, Mapping[str, int]]:
    """Leave out the bars of some symbols before a day each; return the others, and how many were left out of each."""
    if not before:
        return bars, {}
    days = pl.DataFrame({"symbol": list(before), "day": list(before.values())}, schema_overrides={"day": pl.Int32})
    day = pl.col("symbol").replace_strict(days["symbol"], days["day"], default=None)
    good = (session_of(series.timeframe, series.market).to_physical() >= day).fill_null(value=True)
    kept = bars.filter(good)
    left = bars.filter(~good).group_by("symbol", maintain_order=True).len()
    return kept, dict(left.iter_rows())


def _stale(panel: Panel, listings: pl.DataFrame) -> tuple[str, ...]:
    """Symbols whose bars end before the panel does although they are listed."""
    last_seen = dict(
        listings.select("symbol", pl.col("last_seen").to_physical()).sort("last_seen", nulls_last=True).iter_rows()
    )
    last = panel.columns["session"][panel.starts[1:] - 1].astype(np.int64)
    return overdue(dict(zip(panel.symbols, last.tolist(), strict=True)), last_seen, calendar_named(panel.calendar))


def _factors(  # noqa: PLR0913 - what is stored, of what kind, and what is known beside it
    bars: pl.DataFrame,
    series: Series,
    actions: pl.DataFrame | None,
    sessions: Ints,
    as_of: dt.date | None,
    missed: Collection[tuple[str, int]] = (),
) -> Floats | None:
    """Each bar's price factor as of a date (None: the last session), None when nothing changes. Coins do not split."""
    if actions is None or series.market != "us":
        return None
    symbols, starts = _segments(bars["symbol"])
    splits = splits_in(actions, as_of=as_of or date_of(int(sessions.max())))
    splits = [replace(split, missed=(split.symbol, split.ex_day) in missed) for split in splits]
    return split_factors(splits, symbols, starts, sessions, _adjusted_days(bars))


def _sessions(bars: pl.DataFrame, series: Series, hours: str) -> tuple[Ints, Floats | None]:
    """Session (days since 1970-01-01, -1 outside the hours) and minute of each bar; no minutes for daily bars."""
    time = bars["time"].to_physical().to_numpy()
    if series.timeframe in SESSION_TIMEFRAMES:
        return time // MICROSECONDS_A_DAY, None
    return calendar_named(series.market).locate(time, hours)


def _segments(symbol: pl.Series) -> tuple[tuple[str, ...], Ints]:
    """Names of the runs of equal symbols, and where each starts (one more: the end)."""
    runs = symbol.rle().struct.unnest()
    starts = np.concatenate(([0], np.cumsum(runs["len"].to_numpy()))).astype(np.int64)
    return tuple(runs["value"].to_list()), starts


def _adjusted_days(bars: pl.DataFrame) -> Ints:
    if "adjusted_as_of" not in bars.columns:
        return np.full(bars.height, NEVER)
    days: Ints = bars["adjusted_as_of"].to_physical().cast(pl.Int64).fill_null(NEVER).to_numpy()
    return days


def _adjusted(columns: dict[str, Floats], factors: Floats, *, keep_raw: bool) -> dict[str, Floats]:
    """Prices × factor and volume ÷ factor; the values as traded stay beside them when they are known."""
    adjusted = {name: column / factors if name == "volume" else column * factors for name, column in columns.items()}
    return {**adjusted, **({f"raw.{name}": column for name, column in columns.items()} if keep_raw else {})}
