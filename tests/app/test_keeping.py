"""What a life of a scan told and could not keep any longer, the next one keeps."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import msgspec
import pytest

from tapehawk.app.keeping import Keeping
from tapehawk.app.phasing import day_plan
from tapehawk.app.settings import settings
from tapehawk.core.sessions import us_calendar
from tapehawk.data.open_session import OpenSession
from tapehawk.data.signal_log import SignalLog
from tapehawk.scan.history import Past
from tapehawk.scan.metrics import PhaseMetrics
from tapehawk.scan.phased import Minding, PhasedScan
from tapehawk.scan.signal_book import WITHDRAWN
from tapehawk.scan.telling import News, Telling
from tapehawk.scanners.volume_spike import VolumeSpike
from tests.data.scripted import MINUTE, SIM, stream_bars
from tests.scan.live_market import DAY, filled, of_day, stamp, symbols


@pytest.fixture
def store(tmp_path):
    return filled(tmp_path / "store", until=us_calendar().previous(DAY))


class Life:
    """A scan of the day in a store, and what keeps its signals."""

    def __init__(self, store) -> None:
        self._store, self.keeping = store, Keeping(store, SIM.labels, PhaseMetrics())
        self.telling = Telling(self._begun, remember=True)
        self._heard(self.telling.turn(DAY))

    def _begun(self, day) -> PhasedScan:
        past = Past(self._store, SIM, day, symbols())
        return PhasedScan([VolumeSpike()], past, Minding(day_plan(settings(), "us")))

    def goes_on(self, until: int) -> None:
        self._heard(self.telling.step(until, until))

    def dies_telling(self, until: int) -> None:
        """Tell what has come, and keep nothing of it."""
        next(self.telling.step(until, until))
        self.telling.close()

    def _heard(self, news: Iterator[News]) -> None:
        for one in news:
            self.keeping.take(one)


@pytest.mark.parametrize("told", [0, 1, 2])
def test_what_was_taken_back_while_it_died_is_no_signal_any_longer(store, told):
    """It was told by none of the lives that were killed, or by one or two of them."""
    session, life, log = OpenSession(store, SIM, DAY), Life(store), SignalLog(store, "simulated")
    for minute, bars in groupby(stream_bars(of_day()), lambda one: one.time):
        came, until = list(bars), minute + MINUTE
        session.take(came)
        life.goes_on(until)
        if found := [one for one in log.known().values() if one.key.bar_time == stamp(minute)]:
            break
    session.take([msgspec.structs.replace(one, volume=1.0, revision=1) for one in came])
    life.telling.close()
    for _ in range(told):
        Life(store).dies_telling(until)
    assert {log.known()[str(one.key)].status for one in found} == {"active"}
    Life(store).goes_on(until)
    assert {log.known()[str(one.key)].history[-1].reason for one in found} == {WITHDRAWN}
