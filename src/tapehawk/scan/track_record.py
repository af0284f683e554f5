"""The track record of signals: what became of past ones, from history or from the log, as one table.

    report of a range + its bars ──cooled down──► signals ──outcomes──┐
    log of what was said live ────────────────────────────────────────┴──► track: a row a signal

A track has the columns COLUMNS: who and when, the score, how it ended. What a signal came to is hypothetical: it trades
at the prices of bars, without costs, and whether or not anybody could have.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any, Final

import numpy as np
import polars as pl

from tapehawk.core.cooldown import cooled
from tapehawk.core.instants import microseconds
from tapehawk.core.kernels.outcomes import CLOSE, OPEN
from tapehawk.core.outcomes import OUTCOMES, STATUSES, Signals, outcomes
from tapehawk.core.panel import Flags, Floats, Ints, Panel
from tapehawk.core.sessions import date_of
from tapehawk.core.signal_clock import Clock
from tapehawk.core.signal_record import Signal
from tapehawk.scan.report import Report, plain_values
from tapehawk.scan.rows import Columns, taken

Regime = Callable[[dt.date], str | None]
"""The market's regime on a date, from what was known then."""

COLUMNS: Final[dict[str, Any]] = {
    "scanner": pl.String,
    "pattern": pl.String,
    "symbol": pl.String,
    "direction": pl.String,
    "timeframe": pl.String,
    "date": pl.Date,
    "bar_time": pl.String,
    "phase": pl.String,
    "score": pl.Float64,
    "status": pl.String,
    "outcome": pl.String,
    "known_at": pl.Int64,
    "r": pl.Float64,
    "mae": pl.Float64,
    "mfe": pl.Float64,
    "bars_held": pl.Int64,
}


def track_of(report: Report, panel: Panel, *, through: int | None = None) -> pl.DataFrame:
    """Return the track of a range's rows; `panel`: the bars that the report was made of, to where they reach.

    `through`: the instant up to which bars are there, where other symbols' reach further than the panel's.
    """
    clock, rows = Clock.of(panel), report.columns
    times = np.asarray(rows["bar_time"], dtype=np.int64)
    session, minute = clock.located(times)
    which = _signals_among(rows, clock.slots(session, minute), times)
    at = {name: taken(rows[name], which) for name in rows}
    bar = _places(panel, clock, list(at["symbol"]), clock.marks(session, minute)[which])
    came = outcomes(panel, _signals(at, panel, bar), through=through)
    return pl.DataFrame(
        {
            **{name: at[name] for name in ("scanner", "pattern", "symbol", "direction")},
            "timeframe": [panel.timeframe] * which.size,
            "date": [date_of(day) for day in report.sessions[which]],
            "bar_time": plain_values("bar_time", at["bar_time"]),
            "phase": at["phase"],
            "score": at["score"],
            "status": [STATUSES[one] for one in came.status],
            "outcome": [OUTCOMES[one] for one in came.outcome],
            "known_at": came.known_at,
            **{name: getattr(came, name) for name in ("r", "mae", "mfe", "bars_held")},
        },
        schema=COLUMNS,
    ).with_columns(pl.col(pl.Float64).fill_nan(None))


def track_of_signals(signals: Iterable[Signal]) -> pl.DataFrame:
    """Return the track of signals as they were kept."""
    return pl.DataFrame([_kept(one) for one in signals], schema=COLUMNS, orient="row")


def with_regime(track: pl.DataFrame, regime: Regime) -> pl.DataFrame:
    """Add the column `regime`: the market's on each signal's date, null where none is known."""
    dates = track["date"].unique()
    labels = pl.DataFrame(
        {"date": dates, "regime": [regime(one) for one in dates]}, schema_overrides={"regime": pl.String}
    )
    return track.join(labels, on="date", how="left", maintain_order="left")


def _signals_among(rows: Columns, slots: Ints, times: Ints) -> Ints:
    """Return the rows that are signals, in order of time: those with a side, one in a cooldown."""
    sided = np.array([side != "NONE" for side in rows["direction"]], dtype=bool)
    which = np.flatnonzero(sided & np.isfinite(np.asarray(rows["stop"], dtype=np.float64)))
    which = which[np.lexsort((np.array(rows["symbol"])[which], times[which]))]
    groups = [(rows["scanner"][i], rows["pattern"][i], rows["symbol"][i]) for i in which]
    kept: Flags = np.array(cooled(groups, slots[which].tolist()), dtype=bool)
    return which[kept]


def _places(panel: Panel, clock: Clock, symbols: list[str], marks: Floats) -> Ints:
    """Return the places of bars in the panel, by symbol and mark."""
    number = {symbol: place for place, symbol in enumerate(panel.symbols)}
    owner = np.repeat(np.arange(len(panel.symbols)), np.diff(panel.starts))
    own = clock.marks(panel.columns["session"], panel.columns["minute"]).astype(np.int64)
    asked = np.array([number[symbol] for symbol in symbols], dtype=np.int64)
    return np.searchsorted((owner << 32) + own, (asked << 32) + marks.astype(np.int64))


def _signals(at: Columns, panel: Panel, bar: Ints) -> Signals:
    """Return rows as signals over the panel, their prices brought from those of the day to the panel's."""
    traded = panel.columns.get("raw.close", panel.columns["close"])[bar]
    ratio = panel.columns["close"][bar] / traded
    side = np.array([1 if one == "BUY" else -1 for one in at["direction"]], dtype=np.int64)
    known_at_open = np.asarray(at["available_at"]) == np.asarray(at["bar_time"])
    entry, stop, target1 = (np.asarray(at[name], dtype=np.float64) * ratio for name in ("entry", "stop", "target1"))
    kind = np.where(known_at_open, OPEN, CLOSE)
    return Signals(side=side, kind=kind, entry=entry, stop=stop, target1=target1, bar=bar)


def _kept(one: Signal) -> tuple[Any, ...]:
    last, clock = one.history[-1], Clock(one.key.timeframe, one.hours, one.market)
    session, _ = clock.located(np.array([microseconds(one.key.bar_time)]))
    named = (one.key.scanner, one.key.pattern, one.key.symbol, one.row["direction"], one.key.timeframe)
    said = (date_of(session[0]), one.key.bar_time, one.row["phase"], one.row["score"])
    return (*named, *said, last.status, last.outcome, last.at, last.r, last.mae, last.mfe, last.bars_held or 0)
