"""The track of a user's signals: a row a signal, on the exchange's date, of those that are counted.

Beside what the record holds of a signal it may be grouped by

    regime            the market's on its date, as known before that day's open
    decile            where its score stands, 1 to 10, among those of its scanner that came to an end
    confidence_from   the lowest confidence of its tenth of the scale, 0 to 90

Signals of a market as it traded and simulated ones are never mixed: a user's simulated ones are counted only where
there are no others.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import polars as pl

from tapehawk.core.errors import BadInput
from tapehawk.core.series import MARKETS
from tapehawk.core.signal_record import LIVE, SIMULATED
from tapehawk.records.records import Records
from tapehawk.scan.hit_rates import with_deciles

OF_REGIMES: Final = "the regime is that of everything stored at equal weight, by the sessions before a signal's date"
Regime = Callable[[dt.date], str | None]
"""The market's regime on a date."""
_TENTH: Final = 10  # of the scale of a confidence
_COLUMNS: Final[dict[str, Any]] = {
    "scanner": pl.String,
    "pattern": pl.String,
    "direction": pl.String,
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
AROUND: Final = dt.timedelta(days=1)
"""A session's date and that of its bars in UTC are that far apart at most."""


@dataclass(frozen=True)
class Span:
    """Dates of the exchange, both inclusive; None: no bound. Raises BadInput for the wrong way round."""

    from_: dt.date | None = None
    to: dt.date | None = None

    def __post_init__(self) -> None:
        if self.from_ and self.to and self.from_ > self.to:
            raise BadInput(f"from {self.from_} to {self.to}, which is earlier", hint="the other way round")


@dataclass(frozen=True)
class Among:
    """Which signals are counted; None: any."""

    scanner: str | None = None
    pattern: str | None = None
    direction: str | None = None
    phase: str | None = None

    def of(self, track: pl.DataFrame) -> pl.DataFrame:
        """Return those of a track."""
        return track.filter(**{name: value for name, value in asdict(self).items() if value is not None})


@dataclass(frozen=True)
class Counting:
    """Which signals are counted, and by what. `regimes`: by market, for those that are grouped by it."""

    by: tuple[str, ...] = ()
    span: Span = field(default_factory=Span)
    among: Among = field(default_factory=Among)
    regimes: Mapping[str, Regime] = field(default_factory=dict)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must be told of the groups."""
        return (OF_REGIMES,) if "regime" in self.by else ()

    def track(self, records: Records, user_id: uuid.UUID) -> tuple[pl.DataFrame, str]:
        """Return the track of a user's signals, and their origin."""
        track, source = _track(records, user_id, self.span)
        track = self.among.of(track)
        for way, add in self._ways().items():
            track = add(track) if way in self.by else track
        return track, source

    def _ways(self) -> dict[str, Callable[[pl.DataFrame], pl.DataFrame]]:
        """Return what adds the columns that no record holds."""
        return {"regime": self._with_regimes, "decile": with_deciles, "confidence_from": _with_tenths}

    def _with_regimes(self, track: pl.DataFrame) -> pl.DataFrame:
        from tapehawk.scan.track_record import with_regime  # compiles kernels, which other ways need not load

        is_coin = pl.col("phase") == "continuous"
        parts = zip(MARKETS, (track.filter(~is_coin), track.filter(is_coin)), strict=True)
        return pl.concat(with_regime(rows, self.regimes.get(market, _unknown)) for market, rows in parts)


def _with_tenths(track: pl.DataFrame) -> pl.DataFrame:
    tenth = (pl.col("confidence") / _TENTH).floor().clip(0, _TENTH - 1) * _TENTH
    return track.with_columns(confidence_from=tenth.cast(pl.Int64))


def _unknown(_date: dt.date) -> None:
    """Say that no regime is known."""


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
