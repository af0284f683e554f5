"""What became of past signals, as the opportunity score has it beside it: of the log, as far as it is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Lock
from typing import Any, Final

from tapehawk.core.signal_record import LIVE, SIMULATED
from tapehawk.data.signal_log import SignalLog
from tapehawk.scan.hit_rates import HitRate, Observed
from tapehawk.scan.track_record import track_of_signals

OF: Final = "logged signals in the same decile of their own scanner's score"


class PastSignals:
    """The logged signals of a market on bars of a timeframe.

    `simulated`: whether those bars are, whose signals have a log of their own; asked until it is known.
    """

    def __init__(self, store: Path, market: str, timeframe: str, *, simulated: Callable[[], bool | None]) -> None:
        self._store, self._market, self._timeframe, self._simulated = store, market, timeframe, simulated
        self._log: SignalLog | None = None
        self._size, self._observed, self._lock = -1, Observed(track_of_signals(()), {}), Lock()

    def __call__(self, score: float) -> Mapping[str, Any] | None:
        """Say what became of those in a score's decile: n, hit rate, its 95 % intervals; None of fewer than 30."""
        with self._lock:
            if self._log is None and (simulated := self._simulated()) is not None:
                self._log = SignalLog(self._store, SIMULATED if simulated else LIVE)
            if self._log is None:
                return None
            found = self._known(self._log).of(score)
            return None if found is None else _said(found, self._log.path.stem)

    def _known(self, log: SignalLog) -> Observed:
        size = _size_of(log.path)
        if size != self._size:
            mine = [one for one in log.known().values() if self._is_mine(one.market, one.key.timeframe)]
            self._size, self._observed = size, Observed(track_of_signals(mine), {})
        return self._observed

    def _is_mine(self, market: str, timeframe: str) -> bool:
        return (market, timeframe) == (self._market, self._timeframe)


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
