"""Rounds of scans over a store: counts by scanner and by phase, what the settings say, and what is refused."""

from __future__ import annotations

import pytest

from tapehawk.app import streaming
from tapehawk.app.asking import Asked
from tapehawk.app.settings import settings
from tapehawk.app.streaming import RoundNews, Turns, pace_of, scan_in_rounds
from tapehawk.core.errors import BadInput, NoData, UnknownName
from tapehawk.scan.rounds import Pace, Rounds
from tests.fakes.clock import JumpingClock
from tests.scan.live_market import DAY, filled


@pytest.fixture(scope="module")
def minutes(tmp_path_factory):
    """A store that holds a month of minutes."""
    return filled(tmp_path_factory.mktemp("rounds") / "store", until=DAY)


@pytest.fixture
def stored(minutes, monkeypatch):
    monkeypatch.setenv("SCANNER_DATA_DIR", str(minutes))


ASKED = Asked(["volume_spike", "momentum"], timeframe="1m", start_date=DAY, end_date=DAY)
USUAL = Pace(30, 100)


def heard(asked: Asked = ASKED, pace: Pace = USUAL) -> list[RoundNews]:
    found: list[RoundNews] = []
    scan_in_rounds(settings(), asked, found.append, pace, clock=JumpingClock().clock)  # from 09:30 in New York on
    return found


@pytest.mark.usefixtures("stored")
def test_scans_are_counted_by_scanner_and_by_the_phase_they_are_made_in():
    news = heard()
    last = news[-1]
    assert [one.round.number for one in news] == [1, 2, 3, 4]
    assert {name: one["scans"] for name, one in last.by_scanner.items()} == {"volume_spike": 4, "momentum": 4}
    assert last.by_phase["regular"]["scans"] == 8
    assert (last.minutes, last.every) == (1.5, 30)


@pytest.mark.usefixtures("stored")
def test_a_signal_that_is_found_again_is_not_counted_again():
    news = heard()
    for name in ("volume_spike", "momentum"):
        rows = sum(row["scanner"] == name for row in news[0].round.rows)
        assert rows > 0
        assert [one.by_scanner[name]["signals"] for one in news] == [rows] * 4


@pytest.mark.usefixtures("stored")
def test_rounds_that_somebody_else_paces_are_the_same(monkeypatch):
    monkeypatch.setenv("SCANNER__STREAMING__MAX_CONCURRENT_SCANS", "1")  # who waits for whom is of one round only
    asked = Asked(["volume_spike", "momentum", "gap"], timeframe="1m", start_date=DAY, end_date=DAY)
    turns, theirs = Turns(settings(), asked, 30, clock=JumpingClock().clock), heard(asked)
    mine = [turns.next(), turns.next()]
    assert [one.round.number for one in mine] == [1, 2]
    assert [one.round.rows for one in mine] == [one.round.rows for one in theirs[:2]]
    assert not mine[1].round.looks[0].changes


def test_where_nothing_is_stored_every_round_says_so_and_goes_on():
    news = heard(Asked(["volume_spike"]))
    assert len(news) == 4
    assert news[-1].by_scanner["volume_spike"]["errors"] == 4
    assert isinstance(news[-1].round.looks[0].error, NoData)


def test_the_interval_is_the_settings_unless_one_is_given(monkeypatch):
    monkeypatch.setenv("SCANNER__STREAMING__INTERVAL_SECONDS", "7")
    assert pace_of(settings(), None) == Pace(7)
    assert pace_of(settings(), 2.5, 300) == Pace(2.5, 300)


@pytest.mark.usefixtures("stored")
def test_as_many_scans_are_made_at_once_as_the_settings_allow(monkeypatch):
    monkeypatch.setenv("SCANNER__STREAMING__MAX_CONCURRENT_SCANS", "2")
    asked = []

    class Noted(Rounds):
        def __init__(self, scans, *, at_once, clock):
            asked.append(at_once)
            super().__init__(scans, at_once=at_once, clock=clock)

    monkeypatch.setattr(streaming, "Rounds", Noted)
    heard(pace=Pace(30, 1))
    assert asked == [2]


def test_where_streaming_is_switched_off_nothing_is_scanned(monkeypatch):
    monkeypatch.setenv("SCANNER__STREAMING__ENABLED", "false")
    with pytest.raises(BadInput, match="switched off"):
        heard()


def test_a_scanner_that_does_not_exist_is_an_error_at_once():
    with pytest.raises(UnknownName):
        heard(Asked(["brakout"]))
