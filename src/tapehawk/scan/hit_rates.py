"""Hit rates: of the signals that were traded to an end, the share that reached target1 before the stop.

    n        closed signals: successes, failures and those that reached neither level within the horizon
    95 %     Wilson's interval, and beside it one of whole dates drawn anew: signals of a day share its market, so the
             plain one is too narrow where they are many a day (`core/rates.py`)

Signals that expired, were cancelled or go on are counted and in no rate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl

from tapehawk.core.errors import UnknownName
from tapehawk.core.rates import Interval, clustered, wilson
from tapehawk.core.signal_states import ENDED

BY: Final = ("scanner", "pattern", "direction", "timeframe", "phase", "date", "regime", "decile", "confidence_from")
DECILES: Final = 10
LEAST_OBSERVED: Final = 30
"""Closed outcomes, of all deciles together, without which no hit rate is stated beside a signal."""


@dataclass(frozen=True)
class HitRate:
    """The hit rate of a group, whose values by name `group` holds. Shares are 0–1; None where nothing was closed.

    `scores`: lowest and highest score of the group's closed signals. `mean_r`: hypothetical R a closed signal, at the
    prices of bars and without costs. `dates`: how many sessions the closed signals are from.
    """

    group: dict[str, Any]
    signals: int
    open: int
    expired: int
    cancelled: int
    n: int
    successes: int
    failures: int
    timed_out: int
    rate: float | None
    interval: Interval | None
    clustered: Interval | None
    dates: int
    mean_r: float | None
    scores: Interval | None

    def flat(self) -> dict[str, Any]:
        """Return the rate as one row of plain cells."""
        ends = {
            "low": self.interval and self.interval.low,
            "high": self.interval and self.interval.high,
            "low_by_dates": self.clustered and self.clustered.low,
            "high_by_dates": self.clustered and self.clustered.high,
        }
        counts = ("signals", "open", "expired", "cancelled", "n", "successes", "failures", "timed_out", "dates")
        scores = "–" if self.scores is None else f"{self.scores.low:.1f} – {self.scores.high:.1f}"
        return {**self.group, **{name: getattr(self, name) for name in counts}, "rate": self.rate, **ends} | {
            "mean_r": self.mean_r, "scores": scores,
        }  # fmt: skip


def hit_rates(track: pl.DataFrame, by: Sequence[str] = ("scanner",)) -> list[HitRate]:
    """Return the hit rate of every group, sorted by the group. Raises UnknownName for a way that is none."""
    ways = [name for name in BY if name == "decile" or name in track.columns]
    for name in by:
        if name not in ways:
            raise UnknownName("way to group signals", name, ways)
    graded = with_deciles(track) if "decile" in by else track
    if not by:
        return [_rate({}, graded)]
    groups = graded.group_by(by, maintain_order=True)
    found = [_rate(dict(zip(by, values, strict=True)), rows) for values, rows in groups]
    return sorted(found, key=lambda one: [(value is None, value) for value in one.group.values()])


def with_deciles(track: pl.DataFrame) -> pl.DataFrame:
    """Add the column `decile`, 1 (lowest) to 10: where each score stands among those of its scanner's closed signals.

    Equal scores share a decile, so that a scanner with few distinct scores has fewer than ten; null without a score.
    """
    deciles = np.full(track.height, np.nan)
    scores = track["score"].to_numpy().astype(np.float64)
    for (scanner,), closed in track.filter(status="closed").group_by("scanner"):
        mine = (track["scanner"] == scanner).to_numpy() & ~np.isnan(scores)
        deciles[mine] = decile_of(scores[mine], closed["score"].drop_nulls().to_numpy())
    return track.with_columns(decile=pl.Series(deciles).fill_nan(None).cast(pl.Int64))


def decile_of(scores: np.ndarray[Any, Any], past: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return the decile, 1 to 10, of scores among past ones."""
    return np.searchsorted(edges_of(past), scores, side="left") + 1


def edges_of(past: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return the scores that part the deciles of past ones."""
    return np.quantile(past, np.arange(1, DECILES) / DECILES) if past.size else np.empty(0)


class Observed:
    """What became of past signals, by where a score stands among theirs: asked often, counted once a decile.

    `track`: of the signals that count, with scores on the scale of those that are asked about.
    """

    def __init__(self, track: pl.DataFrame) -> None:
        closed = _closed(track.filter(pl.col("score").is_not_null()))
        scores = closed["score"].to_numpy()
        self._edges = edges_of(scores)
        self._closed = closed.with_columns(decile=pl.Series(self._decile(scores), dtype=pl.Int64))
        self._found = dict[int, HitRate | None]()

    def of(self, score: float) -> HitRate | None:
        """Return the hit rate of those in the score's decile; None where that has none, or all have fewer than 30."""
        if self._closed.height < LEAST_OBSERVED:
            return None
        decile = int(self._decile(np.array([score]))[0])
        if decile not in self._found:
            same = self._closed.filter(decile=decile)
            self._found[decile] = _rate({"decile": decile}, same) if same.height else None
        return self._found[decile]

    def _decile(self, scores: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        return np.searchsorted(self._edges, scores, side="left") + 1


def _rate(group: dict[str, Any], rows: pl.DataFrame) -> HitRate:
    closed = _closed(rows)
    count = dict(rows.group_by("outcome").len().iter_rows())
    status = dict(rows.group_by("status").len().iter_rows())
    successes, n = count.get("success", 0), closed.height
    success, date = (
        (closed["outcome"] == "success").to_numpy(),
        closed["date"].to_physical().to_numpy().astype(np.int64),
    )
    return HitRate(
        group=group,
        signals=rows.height,
        open=status.get("active", 0) + status.get("triggered", 0),
        expired=status.get("expired", 0),
        cancelled=status.get("cancelled", 0),
        n=n,
        successes=successes,
        failures=count.get("failure", 0),
        timed_out=count.get("timed_out", 0),
        rate=successes / n if n else None,
        interval=wilson(successes, n) if n else None,
        clustered=clustered(success, date),
        dates=closed["date"].n_unique(),
        mean_r=_number(closed["r"].mean()),
        scores=_span(closed["score"]),
    )


def _closed(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the signals that came to an end by themselves; one that somebody closed by hand did not."""
    return rows.filter(pl.col("outcome").is_in(ENDED))


def _span(scores: pl.Series) -> Interval | None:
    low, high = _number(scores.min()), _number(scores.max())
    return None if low is None or high is None else Interval(low, high)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
