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
from tapehawk.data.store import append_bars
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


@pytest.fixture
def signalled(store):
    """A life that has just kept signals of a minute: the session, those, and the bars of that minute."""
    session, life = OpenSession(store, SIM, DAY), Life(store)
    for minute, bars in groupby(stream_bars(of_day()), lambda one: one.time):
        came = list(bars)
        session.take(came)
        life.goes_on(minute + MINUTE)
        if found := [one for one in known(store).values() if one.key.bar_time == stamp(minute)]:
            life.telling.close()
            return session, found, came
    raise AssertionError


def known(store):
    return SignalLog(store, "simulated").known()


def took_back(session, came) -> None:
    session.take([msgspec.structs.replace(one, volume=1.0, revision=1) for one in came])


def reasons(store, found) -> set[str]:
    return {known(store)[str(one.key)].history[-1].reason for one in found}


@pytest.mark.parametrize("told", [0, 1, 2])
@pytest.mark.parametrize("asleep", [0, 30])
def test_what_was_taken_back_while_it_died_is_no_signal_any_longer(store, signalled, told, asleep):
    """It was told by none of the lives that were killed, or by one or two; prices go on while nobody lives."""
    session, found, came = signalled
    until = came[0].time + MINUTE
    took_back(session, came)
    for _ in range(told):
        Life(store).dies_telling(until)
    assert {known(store)[str(one.key)].status for one in found} == {"active"}
    until += asleep * MINUTE
    session.take([one for one in stream_bars(of_day()) if came[0].time < one.time < until])
    Life(store).goes_on(until)
    assert reasons(store, found) == {WITHDRAWN}


def test_what_was_taken_back_is_so_where_history_changed_before_the_next_life_went_on(store, signalled):
    session, found, came = signalled
    until = came[0].time + MINUTE
    took_back(session, came)
    Life(store).dies_telling(until)
    life = Life(store)
    early = of_day(us_calendar().previous(DAY)).head(1).with_columns(volume=1.0)
    append_bars(store, [(SIM, early)])
    life.goes_on(until)
    assert reasons(store, found) == {WITHDRAWN}
