"""Each thing that goes wrong at a vendor, alone and in random sequences: what is stored in the end is the truth.

Held to it is whoever streams, from the socket to the sealed session: every bar once, none that is wrong, none missing
that nobody was told of, and a watermark that never passed one.
"""

from __future__ import annotations

import random

import pytest

from tapehawk.data.open_session import OpenSession
from tapehawk.data.providers.wire.lasting import Lasting
from tapehawk.data.receiving import Receiving
from tapehawk.data.stream import LiveFeed
from tapehawk.data.ticks import BarBuilder
from tests.fakes.faults import NONE, Faults
from tests.scan.vendor_day import (
    HISTORY,
    QUIET,
    STREAM,
    Mishap,
    VendorDay,
    held_to_the_truth,
    only,
    streaming,
    vendor,
    with_prices,
)
from tests.turns import in_turns

pytestmark = pytest.mark.anyio
MINUTES, AT, FOR = 24, 6, 6
BAD_BARS = ("duplicate", "revised", "late", "out_of_order", "missing", "unknown_type", "extra_fields")
LOST_LINES = {
    **{f"closed with {code}": {"cut": code} for code in (1000, 1001, 1006, 1008, 1011)},
    "drops after a few frames": {"faults": Faults(drop_after=7)},
    "open and mute": {"faults": Faults(mute=True)},
    "subscriptions ignored": {"faults": Faults(ignore_subscriptions=True), "cut": 1006},
    "sent away as slow": {"faults": Faults(slow_consumer=True)},
}
HISTORY_FAILS = {
    "status 500": Faults(status=500),
    "too many calls": Faults(status=429, retry_after="2"),
    "a page of HTML": Faults(status=502, body="html"),
    "an empty body": Faults(body="empty"),
    "cut short": Faults(truncate=80),
    "cut short on the line": Faults(truncate=80, truncate_what="transfer"),
    "hung up": Faults(abort=True),
}


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture(params=streaming(), ids=lambda case: case.name)
def case(request):
    return request.param


@pytest.fixture
def day(case, tmp_path):
    with vendor(case) as fake:
        yield VendorDay(case, fake, tmp_path / "store", scans=False, minutes=MINUTES)


def for_a_while(day, faults=NONE, minutes=FOR, **more):
    return [Mishap(day.world.begins + AT, minutes, faults, **more)]


def there_is(turn):
    """Leave out knobs that a vendor's wire does not have; its case says why."""
    case, knob = turn.values
    return knob not in case.without


@pytest.mark.parametrize(("case", "knob"), [*filter(there_is, in_turns(streaming(), BAD_BARS))])
async def test_bars_that_come_wrong_are_stored_right(day, knob):
    await day.play(for_a_while(day, Faults(**{knob: True})))
    held_to_the_truth(day)


@pytest.mark.parametrize(("case", "how"), in_turns(streaming(), LOST_LINES))
async def test_a_line_that_is_lost_leaves_no_gap_that_nobody_knows_of(day, how):
    await day.play(for_a_while(day, **LOST_LINES[how]))
    assert day.feed.counts["gaps"] > 1
    held_to_the_truth(day)


async def test_a_vendor_that_is_down_is_caught_up_with(day):
    faults = Faults(status=503, path=STREAM[day.provider.name])
    await day.play(for_a_while(day, faults, down=True, cut=1006))
    held_to_the_truth(day)


@pytest.mark.parametrize(("case", "how"), in_turns(streaming(), HISTORY_FAILS))
async def test_history_that_fails_when_it_is_needed_is_asked_until_it_answers(case, day, how):
    faults = Faults(**{**vars(HISTORY_FAILS[how]), "path": HISTORY[day.provider.name]})
    await day.play(for_a_while(day, faults, minutes=2, cut=1001))
    assert day.stale
    held_to_the_truth(day)


def at_random(day, seed):
    """Return mishaps one after another, each for some minutes, with some in between."""
    chance = random.Random(seed)
    found, at = [], day.world.begins + chance.randrange(2, 6)
    while at < day.ends - 8:
        minutes = chance.randrange(1, 6)
        kind = chance.choice(["bars", "line", "down", "history"])
        found.append(Mishap(at, minutes, **drawn(kind, chance, day)))
        at += minutes + chance.randrange(2, 6)
    return found


def drawn(kind, chance, day):
    name = day.provider.name
    if kind == "bars":
        return {"faults": Faults(**{knob: chance.random() < 0.4 for knob in BAD_BARS if knob != "late"})}
    if kind == "line":
        return LOST_LINES[chance.choice(sorted(LOST_LINES))]
    if kind == "down":
        return {"faults": Faults(status=503, path=STREAM[name]), "down": True, "cut": 1006}
    fails = HISTORY_FAILS[chance.choice(sorted(HISTORY_FAILS))]
    return {"faults": Faults(**{**vars(fails), "path": HISTORY[name]}), "cut": 1001}


@pytest.mark.parametrize("seed", range(1))
async def test_any_sequence_of_mishaps_ends_as_the_truth(case, tmp_path, seed):
    await played_at_random(case, tmp_path, seed, minutes=60)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 112))
async def test_any_long_sequence_of_mishaps_ends_as_the_truth(case, tmp_path, seed):
    await played_at_random(case, tmp_path, seed, minutes=None)


async def played_at_random(case, tmp_path, seed, minutes):
    with vendor(case) as fake:
        day = VendorDay(case, fake, tmp_path / "store", scans=False, minutes=minutes)
        await day.play(at_random(day, seed))
        held_to_the_truth(day)


# that these tests would notice


@only("alpaca", "ccxt")
async def test_planted_a_line_that_tells_no_gap_lets_the_watermark_pass_bars_that_are_missing(case, day, monkeypatch):
    ready = Lasting._ready

    def without_telling(self) -> None:
        ready(self)
        self._buffer._queue.clear()

    monkeypatch.setattr(Lasting, "_ready", without_telling)
    monkeypatch.setattr(Receiving, "hole", lambda _: None)  # it would see that nobody has those minutes
    await day.play(for_a_while(day, Faults(status=503, path=STREAM[case.name]), down=True, cut=1006))
    with pytest.raises(AssertionError):
        held_to_the_truth(day)


@only("ccxt")
async def test_planted_a_session_that_takes_no_correction_stores_what_came_wrong(case, day, monkeypatch):
    newer = OpenSession._newer
    monkeypatch.setattr(OpenSession, "_newer", lambda *given, **more: newer(*given, **more) & False)
    await day.play(for_a_while(day, Faults(revised=True)))
    with pytest.raises(AssertionError):
        held_to_the_truth(day)


@with_prices
@pytest.mark.parametrize("how", ["forgets gaps", "closes bars while the line is down"])
async def test_planted_a_feed_that_is_careless_with_gaps_stores_bars_that_miss_prices(case, day, monkeypatch, how):
    if how == "forgets gaps":
        monkeypatch.setattr(BarBuilder, "gap", lambda *_: None)
    else:
        monkeypatch.setattr(LiveFeed, "_unbroken", True)
    await day.play(for_a_while(day, Faults(drop_after=7)))
    with pytest.raises(AssertionError):
        held_to_the_truth(day)


def test_random_sequences_turn_every_kind_of_knob():
    class Day:
        class provider:  # noqa: N801
            name = "ccxt"

        class world:  # noqa: N801
            begins = 0

        ends = 60

    seen = [one for seed in range(2) for one in at_random(Day, seed)]
    assert {one.down for one in seen} == {True, False}
    assert any(one.faults.path == HISTORY["ccxt"] for one in seen)
    assert QUIET not in seen
