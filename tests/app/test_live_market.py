"""How a market that is scanned live says it fares."""

from __future__ import annotations

from dataclasses import replace

from tapehawk.api.live_models import MarketStatus
from tapehawk.app.broadcast import Silence
from tapehawk.app.live_asked import USUAL, ParameterSet
from tapehawk.app.live_market import LiveMarket, LiveScanOf
from tapehawk.app.live_plan import MarketPlan
from tapehawk.app.settings import settings
from tapehawk.data.providers.wire.clock import SYSTEM
from tests.cli.test_live_screen import BEAT, utc


def told(beat) -> MarketStatus:
    known, plan = settings(), MarketPlan("us", None, {USUAL: frozenset()})
    market = LiveMarket(known, plan, {}, SYSTEM, Silence(), lambda: None, lambda *_: None)
    market.scans[USUAL] = LiveScanOf(ParameterSet(USUAL, known), frozenset(), beat=beat)
    said = market.told()
    return MarketStatus.model_validate({**said, **said["sets"][USUAL]})


def test_silent_symbols_are_counted_and_named_with_their_last_bar_the_first_hundred_of_thousands():
    last = utc("2026-11-27 17:26")
    said = told(replace(BEAT, silent={"HALT": last, **{f"S{number:04}": None for number in range(3000)}}))
    assert said.silent_count == 3001
    assert len(said.silent) == 100
    assert said.silent["HALT"].timestamp() * 1e6 == last
    assert said.silent["S0000"] is None


def test_symbols_that_were_not_waited_for_are_named():
    assert told(replace(BEAT, missing=("AAA", "BBB"))).missing == ["AAA", "BBB"]
