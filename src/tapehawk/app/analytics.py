"""What a user's signals came to: counted by day, phase, scanner, pattern; and kept as a row a day.

    signals on record ──► track (a row a signal, on the exchange's date) ──► counts · hit rates · days

R and P&L are hypothetical. Signals of a market as it traded and simulated ones are never mixed: a user's simulated ones
are counted only where there are no others.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import polars as pl

from tapehawk.core.errors import BadInput
from tapehawk.core.rates import Interval, wilson
from tapehawk.core.signal_record import LIVE, SIMULATED
from tapehawk.core.signal_states import STATUSES
from tapehawk.records.database import Database
from tapehawk.records.owned import Row
from tapehawk.records.records import Records
from tapehawk.scan.hit_rates import HitRate, hit_rates

HYPOTHETICAL: Final = "R and P&L are hypothetical: at the prices of bars, without costs"
_COLUMNS: Final[dict[str, Any]] = {
    "scanner": pl.String,
    "pattern": pl.String,
    "phase": pl.String,
    "bar_time": pl.Datetime("us", "UTC"),
    "score": pl.Float64,
    "confidence": pl.Float64,
    "status": pl.String,
    "outcome": pl.String,
    "r": pl.Float64,
    "risk_amount": pl.Float64,
    "origin": pl.String,
}
_AROUND: Final = dt.timedelta(days=1)  # a session's date and that of its bars in UTC are a day apart at most


@dataclass(frozen=True)
class Span:
    """Dates of the exchange, both inclusive; None: no bound. Raises BadInput for the wrong way round."""

    from_: dt.date | None = None
    to: dt.date | None = None

    def __post_init__(self) -> None:
        if self.from_ and self.to and self.from_ > self.to:
            raise BadInput(f"from {self.from_} to {self.to}, which is earlier", hint="the other way round")


@dataclass(frozen=True)
class Turnout:
    """Groups of signals with what they came to, all of them together, and what a reader must be told."""

    source: str
    groups: list[dict[str, Any]]
    total: dict[str, Any]
    notes: tuple[str, ...] = (HYPOTHETICAL,)


def performance(records: Records, user_id: uuid.UUID, span: Span, by: Sequence[str]) -> Turnout:
    """Return how a user's signals turned out, by group."""
    track, source = _track(records, user_id, span)
    return Turnout(source, [_turned_out(one, track) for one in hit_rates(track, by)], _whole(track))


def produced(records: Records, user_id: uuid.UUID, span: Span, by: Sequence[str]) -> Turnout:
    """Return how many signals a user was given, by group and status, and how many of them were traded at all."""
    track, source = _track(records, user_id, span)
    groups = [_counted(dict(zip(by, key, strict=True)), rows) for key, rows in track.group_by(by)]
    groups.sort(key=lambda one: list(one["group"].values()))
    return Turnout(source, groups, _counted({}, track), ())


def keep_days(database: Database, *, since: dt.datetime) -> int:
    """Keep a row for each day of each user whose signals came or went on since an instant; return how many.

    What a run missed the next one that looks as far back does; done again it is the same.
    """
    with database.read() as records:
        changed = records.signals.changed_since(since)
    return sum(_keep_days(database, user_id, times) for user_id, times in changed.items())


def _keep_days(database: Database, user_id: uuid.UUID, times: set[dt.datetime]) -> int:
    with database.write() as records:
        track, _ = _track(records, user_id, Span((min(times) - _AROUND).date(), (max(times) + _AROUND).date()))
        near = {(time + by).date() for time in times for by in (-_AROUND, dt.timedelta(0), _AROUND)}
        days = [_day(date, rows) for (date,), rows in track.group_by("date") if date in near]
        records.of(user_id).analytics.keep(days)
    return len(days)


def _day(date: object, rows: pl.DataFrame) -> Row:
    whole = _whole(rows)
    return {
        "date": date,
        "signals_generated": whole["signals"],
        "signals_successful": whole["successes"],
        "total_pnl": whole["hypothetical_pnl"] or 0.0,
        "win_rate": whole["win_rate"],
        "avg_confidence": whole["avg_confidence"],
        "patterns_used": dict(rows.group_by("pattern").len().sort("pattern").iter_rows()),
    }


def _track(records: Records, user_id: uuid.UUID, span: Span) -> tuple[pl.DataFrame, str]:
    """Return the track of a user's signals and their origin."""
    mine = records.of(user_id).signals
    source = SIMULATED if mine.origins() == {SIMULATED} else LIVE
    rows = mine.columns(*_COLUMNS, since=_instant(span.from_, -1), until=_instant(span.to, 2))
    track = pl.DataFrame([tuple(row) for row in rows], schema=_COLUMNS, orient="row").filter(origin=source)
    track = track.with_columns(date=_date(), pnl=pl.col("r") * pl.col("risk_amount"))
    inside = pl.lit(value=True)
    if span.from_ is not None:
        inside &= pl.col("date") >= span.from_
    if span.to is not None:
        inside &= pl.col("date") <= span.to
    return track.filter(inside), source


def _date() -> pl.Expr:
    """Return the date of the session: of New York, or of UTC where a market never closes."""
    time = pl.col("bar_time")
    in_new_york = time.dt.convert_time_zone("America/New_York").dt.date()
    return pl.when(pl.col("phase") == "continuous").then(time.dt.date()).otherwise(in_new_york)


def _instant(date: dt.date | None, days: int) -> dt.datetime | None:
    """Return the beginning of the day that is some days after a date; None beyond what a date can be."""
    if date is None or not dt.date.min.toordinal() <= date.toordinal() + days <= dt.date.max.toordinal():
        return None
    return dt.datetime.combine(date + dt.timedelta(days=days), dt.time.min, dt.UTC)


def _whole(track: pl.DataFrame) -> dict[str, Any]:
    (one,) = hit_rates(track, ())
    return _turned_out(one, track)


def _turned_out(one: HitRate, track: pl.DataFrame) -> dict[str, Any]:
    rows = track.filter(*(pl.col(name).eq_missing(value) for name, value in one.group.items()))
    plain = {name: value for name, value in asdict(one).items() if name not in ("rate", "scores")}
    return plain | {
        "win_rate": _percent(one.rate),
        "interval": _percents(one.interval),
        "clustered": _percents(one.clustered),
        "hypothetical_pnl": rows["pnl"].sum() if rows["pnl"].count() else None,
        "avg_confidence": rows["confidence"].mean(),
    }


def _counted(group: dict[str, Any], rows: pl.DataFrame) -> dict[str, Any]:
    status = dict(rows.group_by("status").len().iter_rows())
    count = {name: status.get(name, 0) for name in STATUSES}
    traded = count["triggered"] + count["closed"]
    n = traded + count["expired"]
    return {
        "group": group,
        "signals": rows.height,
        **count,
        "n": n,
        "trigger_rate": 100 * traded / n if n else None,
        "interval": _percents(wilson(traded, n)) if n else None,
        "avg_confidence": rows["confidence"].mean(),
    }


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


def _percents(interval: Interval | None) -> dict[str, float] | None:
    return None if interval is None else {"low": 100 * interval.low, "high": 100 * interval.high}
