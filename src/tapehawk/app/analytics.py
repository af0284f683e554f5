"""What a user's signals came to: counted by day, scanner, regime and more; and kept as a row a day.

    signals on record ──► track (`app/tracks.py`: a row a signal) ──► counts · hit rates · days

R and P&L are hypothetical.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import asdict, dataclass
from typing import Any, Final

import polars as pl

from tapehawk.app.tracks import AROUND, Counting, Span
from tapehawk.core.rates import Interval, wilson
from tapehawk.core.signal_states import ENDED, STATUSES
from tapehawk.records.database import Database
from tapehawk.records.owned import Row
from tapehawk.records.records import Records
from tapehawk.scan.hit_rates import HitRate, hit_rates

HYPOTHETICAL: Final = "R and P&L are hypothetical: at the prices of bars, without costs"


@dataclass(frozen=True)
class Turnout:
    """Groups of signals with what they came to, all of them together, and what a reader must be told."""

    source: str
    groups: list[dict[str, Any]]
    total: dict[str, Any]
    notes: tuple[str, ...] = (HYPOTHETICAL,)


def performance(records: Records, user_id: uuid.UUID, counting: Counting) -> Turnout:
    """Return how a user's signals turned out, by group."""
    track, source = counting.track(records, user_id)
    groups = [_turned_out(one, track) for one in hit_rates(track, counting.by)]
    return Turnout(source, groups, _whole(track), (HYPOTHETICAL, *counting.notes))


def produced(records: Records, user_id: uuid.UUID, counting: Counting) -> Turnout:
    """Return how many signals a user was given, by group and status, and how many of them were traded at all."""
    (track, source), by = counting.track(records, user_id), counting.by
    groups = [_counted(dict(zip(by, key, strict=True)), rows) for key, rows in track.group_by(by)]
    groups.sort(key=lambda one: [(value is None, value) for value in one["group"].values()])
    return Turnout(source, groups, _counted({}, track), counting.notes)


def keep_days(database: Database, *, since: dt.datetime) -> int:
    """Keep a row for each day of each user whose signals came or went on since an instant; return how many.

    What a run missed the next one that looks as far back does; done again it is the same.
    """
    with database.read() as records:
        changed = records.signals.changed_since(since)
    return sum(_keep_days(database, user_id, times) for user_id, times in changed.items())


def _keep_days(database: Database, user_id: uuid.UUID, times: set[dt.datetime]) -> int:
    with database.write() as records:
        span = Span((min(times) - AROUND).date(), (max(times) + AROUND).date())
        track, _ = Counting(span=span).track(records, user_id)
        near = {(time + by).date() for time in times for by in (-AROUND, dt.timedelta(0), AROUND)}
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


def _whole(track: pl.DataFrame) -> dict[str, Any]:
    (one,) = hit_rates(track, ())
    return _turned_out(one, track)


def _turned_out(one: HitRate, track: pl.DataFrame) -> dict[str, Any]:
    rows = track.filter(*(pl.col(name).eq_missing(value) for name, value in one.group.items()))
    ended = rows.filter(pl.col("outcome").is_in(ENDED))
    plain = {name: value for name, value in asdict(one).items() if name != "rate"}
    return plain | {
        "win_rate": percent(one.rate),
        "interval": percents(one.interval),
        "clustered": percents(one.clustered),
        "stated": ended["confidence"].mean(),
        "total_r": ended["r"].sum() if ended["r"].count() else None,
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
        "interval": percents(wilson(traded, n)) if n else None,
        "avg_confidence": rows["confidence"].mean(),
    }


def percent(share: float | None) -> float | None:
    """Return a share in percent."""
    return None if share is None else 100 * share


def percents(interval: Interval | None) -> dict[str, float] | None:
    """Return the ends of an interval of shares in percent."""
    return None if interval is None else {"low": 100 * interval.low, "high": 100 * interval.high}
