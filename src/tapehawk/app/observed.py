"""What became of past signals, as the opportunity score has it beside it: of the log, as far as it is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Lock
from typing import Any, Final

import polars as pl

from tapehawk.core.errors import NoData
from tapehawk.core.panel import Panel
from tapehawk.core.signal_record import origin_of
from tapehawk.data.signal_log import SignalLog
from tapehawk.scan.hit_rates import HitRate, Observed
from tapehawk.scan.scores_then import scores_then
from tapehawk.scan.track_record import track_of_signals

OF: Final = "logged signals whose own opportunity score, as known when each was made, is in the same decile"


class PastSignals:
    """The logged signals on some bars, of whichever scanners: each is graded by the opportunity score that it had.

    `bars`: the newest of them; raises NoData where there are none. Signals of simulated bars have a log of their own.
    """

    def __init__(self, store: Path, bars: Callable[[], Panel]) -> None:
        self._store, self._bars = store, bars
        self._log: SignalLog | None = None
        self._size, self._lock = -1, Lock()
        self._scores: dict[str, float | None] = {}
        self._observed = Observed(track_of_signals(()))

    def __call__(self, score: float) -> Mapping[str, Any] | None:
        """Say what became of those in a score's decile: n, hit rate, 95 % interval; None of fewer than 30 in all."""
        with self._lock:
            try:
                log = self._looked()
            except NoData:
                return None
            found = self._observed.of(score)
            return None if found is None else _said(found, log.path.stem)

    def ready(self) -> None:
        """Grade what is logged, so that no symbol has to wait for that."""
        self(0.0)

    def _looked(self) -> SignalLog:
        """Take in what was logged since; return the log. Raises what opening the bars does."""
        if self._log is None:
            self._log = SignalLog(self._store, origin_of(self._bars().labels))
        size = _size_of(self._log.path)
        if size != self._size:
            self._observed = Observed(self._graded(self._log, self._bars()))
            self._size = size
        return self._log

    def _graded(self, log: SignalLog, panel: Panel) -> pl.DataFrame:
        """Return the track of those that came to an end, with the opportunity score of each instead of its own."""
        about = (panel.calendar, panel.timeframe)
        closed = {
            key: one
            for key, one in log.known().items()
            if one.status == "closed" and (one.market, one.key.timeframe) == about
        }
        self._scores |= scores_then(panel, [one for key, one in closed.items() if key not in self._scores])
        graded = {key: score for key in closed if (score := self._scores.get(key)) is not None}
        track = track_of_signals(closed[key] for key in graded)
        return track.with_columns(score=pl.Series(list(graded.values()), dtype=pl.Float64))


def _size_of(path: Path) -> int:
    """Return a file's bytes, 0 for none; asked for every symbol."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _said(found: HitRate, origin: str) -> dict[str, Any]:
    plain, dates = found.interval, found.clustered
    return {
        "n": found.n,
        "rate": found.rate,
        "interval": plain and [plain.low, plain.high],
        "clustered": dates and [dates.low, dates.high],
        "decile": found.group["decile"],
        "origin": origin,
        "of": OF,
    }
