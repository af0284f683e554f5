"""What a live scan tells: events, triggers and what the close said of them, numbered, with who was missing."""

from __future__ import annotations

import asyncio
import json

import pytest

from tapehawk.core.events import ScanUpdate, heard, spoken
from tapehawk.core.sessions import us_calendar
from tapehawk.data.replay import Replay
from tapehawk.data.stream import LiveFeed
from tapehawk.scan.session_rows import Changes
from tapehawk.scan.telling import News
from tapehawk.scan.updates import tell, update_of
from tests.data.scripted import SIM
from tests.scan.live_market import DAY, HOURS, filled, in_one_order, scan_of, symbols

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


def row(symbol: str, *, intrabar: bool = False) -> dict:
    labels = ["simulated", *(["intrabar"] if intrabar else [])]
    return {"scanner": "gap", "pattern": "up", "symbol": symbol, "bar_time": "10:00", "labels": labels}


@pytest.fixture
def scan(tmp_path):
    root = filled(tmp_path / "before", until=us_calendar().previous(DAY))
    scan = scan_of(root)
    yield scan
    scan.close()


def test_an_update_tells_events_apart_from_triggers_and_says_what_the_close_confirmed(scan):
    crossed, refused, right = row("AAA", intrabar=True), row("BBB", intrabar=True), row("BBB")
    none = row("CCC", intrabar=True)
    changes = Changes([crossed, right], withdrawn=[refused, none], events=[right], retracted=[row("DDD")])
    update = update_of(News(scan, changes, missing=("EEE",), number=7))
    assert update == ScanUpdate(
        series=SIM.id,
        at=HOURS.premarket_open,
        events=(right,),
        triggers=(crossed,),
        withdrawn=(row("DDD"), refused, none),
        confirmed=(right,),
        missing=("EEE",),
        session="2024-02-14",
        number=7,
    )
    assert heard(json.loads(json.dumps(spoken(update)))) == update


def test_rows_say_since_when_they_are_stale(scan):
    update = update_of(News(scan, Changes([row("AAA")], events=[row("AAA")]), stale_since=HOURS.open))
    assert update.events[0]["labels"] == ["simulated", "stale since 2024-02-14T14:30:00Z"]


async def test_whoever_listens_hears_every_event_of_a_session_once(tmp_path):
    whole = filled(tmp_path / "whole", until=DAY)
    replay, root, updates, scans = Replay(whole, SIM, DAY), tmp_path / "journals", [], []
    feed = LiveFeed(replay, root, symbols(), series=SIM, clock=replay.clock)

    def begin(day):
        scans.append(scan_of(whole, day=day, journals=root))
        return scans[-1]

    await asyncio.gather(tell(feed, begin, updates.append, remember=True), feed.run())
    told = [unlabelled(one) for update in updates for one in update.events]  # a feed that has ended makes rows stale
    assert in_one_order(told) == in_one_order(map(unlabelled, scans[-1].events.values()))
    assert told
    numbers = [update.number for update in updates]
    assert numbers == sorted(set(numbers))
    assert {update.session for update in updates} == {"2024-02-14"}


def unlabelled(one: dict) -> dict:
    return {name: value for name, value in one.items() if name != "labels"}
