"""A live scan is heard as it goes, and who comes later, at this process or another, is told the same rows."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import dataclass

import pytest

from tapehawk.api.sockets.standing import Standing
from tapehawk.app.asking import Asked
from tapehawk.app.beats import LiveTold
from tapehawk.app.house import House
from tapehawk.app.live import live
from tapehawk.app.settings import settings
from tapehawk.core.events import DeepAnalysisComplete, ScanUpdate
from tapehawk.data.last_bars import LastBars
from tapehawk.data.providers.sim import feed
from tests.api.conftest import user_of
from tests.api.sockets.served import Served, ask, heard, row, update
from tests.fakes.clock import JumpingClock
from tests.scan.live_market import HOURS

MINUTE = 60_000_000
UNTIL = HOURS.open + 20 * MINUTE


class Enough(Exception):
    """A test has seen enough."""


@pytest.fixture
def simulated(house, monkeypatch):
    """A house over a calm simulated market, on the day of the scan."""
    for mishap in ("LATE", "CORRECTED", "OUTAGE"):
        monkeypatch.setattr(feed, mishap, 0.0)
    monkeypatch.setenv("SCANNER__PROVIDERS__SIM__SYMBOLS", "6")
    monkeypatch.setenv("SCANNER__VOLUME_SPIKE__MIN_DOLLAR_VOLUME", "0")
    house.known, house.now = settings(), lambda: dt.datetime.fromtimestamp(UNTIL / 1e6, dt.UTC)
    return house


def scanned_live(house: House) -> None:
    """Scan the simulator's minutes live, and tell the house."""

    def beat(one) -> None:
        if one.at >= UNTIL:
            raise Enough

    asked = Asked(["volume_spike", "momentum"], timeframe="1m", hours="extended")
    clock = JumpingClock(HOURS.open + MINUTE).clock
    with pytest.raises(Enough):
        live(house.known, asked, "sim", LiveTold(lambda _: None, beat, bus=house.broadcast), clock=clock)


def names(rows) -> set[tuple[str, ...]]:
    return {tuple(one[name] for name in ("scanner", "pattern", "symbol", "bar_time")) for one in rows}


def first_rows(served: Served) -> set[tuple[str, ...]]:
    """Return the rows that who comes now is told first."""
    found = []
    with served.client() as socket:
        while not found or not found[-1]["sequence"]:
            found.append(heard(socket))
    return names(result for said in found for result in said["results"])


@pytest.mark.slow
def test_what_a_live_scan_finds_is_heard_and_told_to_who_comes_later_or_elsewhere(simulated):
    with (
        Served(simulated) as served,
        served.client() as socket,
        served.client("/ws/market-data") as quotes,
        served.client("/ws/scanner-status") as status,
    ):
        heard(socket), heard(quotes)
        scanned_live(simulated)
        simulated.broadcast.say(DeepAnalysisComplete("the end"))
        while heard(status)["type"] != "deepAnalysisComplete":
            pass
        standing, rows = first_rows(served), []
        while len(names(rows)) < len(standing):
            rows += heard(socket)["results"]
        ask(quotes, action="subscribe", symbols=[rows[0]["symbol"]])
        quote = heard(quotes)["quotes"][0]
    assert rows
    assert all("simulated" in one["labels"] for one in rows)
    assert names(rows) == standing
    bars = LastBars(simulated.known.store)
    bars.read_on()
    assert quote["last"] == bars.now[rows[0]["symbol"]].close
    with Served(House(settings(), now=simulated.now)) as other:
        assert first_rows(other) == standing, "another process knows it from the log"


# ------------------------------------------------------------------------------------------- what holds now


def told_first(*events: ScanUpdate) -> list[str]:
    """Return the symbols of the rows that hold after some updates."""

    async def rows() -> list[str]:
        standing = Standing(settings(), lambda: dt.datetime(2026, 11, 20, 16, tzinfo=dt.UTC))
        await standing.updates()
        for event in events:
            standing.hear(1, event)
        return [one["symbol"] for said in await standing.updates() for one in said["results"]]

    return asyncio.run(rows())


def test_rows_that_were_withdrawn_or_are_of_an_earlier_session_do_not_hold():
    later = row("C", bar_time="2026-11-23T15:00:00Z")
    assert told_first(update(row("A")), update(row("B"), withdrawn=(row("A"),))) == ["B"]
    assert told_first(update(row("A")), ScanUpdate(update().series, 9, (later,), session="2026-11-23")) == ["C"]
    assert told_first(update(row("A")), ScanUpdate("us:other", 9, (later,), session="2026-11-23")) == ["A", "C"]


def test_many_rows_come_in_parts_of_which_only_the_last_has_a_number(served, monkeypatch):
    monkeypatch.setattr("tapehawk.api.sockets.told.MOST_ROWS", 2)
    with served.client() as socket:
        heard(socket)
        served.say(update(*(row(f"S{number}") for number in range(5))))
        said = [heard(socket) for _ in range(3)]
        with served.client() as later:
            first = [heard(later) for _ in range(3)]
    assert [len(one["results"]) for one in said] == [len(one["results"]) for one in first] == [2, 2, 1]
    assert len({one["sequence"] for one in said}) == 3
    assert [bool(one["sequence"]) for one in first] == [False, False, True]


# ------------------------------------------------------------------------------------------ what is one's own


@dataclass(frozen=True)
class Owned(DeepAnalysisComplete):
    """The end of a scan that a user asked for."""

    owner: str = ""


def test_the_two_phase_scan_that_a_user_asked_for_is_told_to_them_only(served, house):
    ada = str(user_of(house, "ada").id)
    with served.client("/ws/scanner-status", "ada") as hers, served.client("/ws/scanner-status", "bob") as his:
        heard(hers), heard(his)
        hub = served.desk.hub
        position, loop = asyncio.run(_newest(served)), served.server.servers[0].get_loop()
        loop.call_soon_threadsafe(hub.hear, position, Owned("hers", ada))
        loop.call_soon_threadsafe(hub.hear, position, Owned("everybody's"))
        assert [heard(hers)["scanId"] for _ in range(2)] == ["hers", "everybody's"]
        assert heard(his)["scanId"] == "everybody's"


async def _newest(served: Served) -> str:
    return await served.house.bus.newest()
