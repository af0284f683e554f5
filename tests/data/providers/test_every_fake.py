"""Every knob of every fake turns something, heard by a plain client; where a wire has no such thing, its case says why.

What an adapter makes of it is the business of `test_every_knob.py`; here it is seen that it was there.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import fields

import httpx2
import pytest

from tapehawk.data.providers.wire.clock import SYSTEM
from tests.data.providers.cases.case import every_case
from tests.data.providers.plain_client import ASKED, DAY, STREAMS, answers, heard, opened, truth_of
from tests.fakes.faults import NONE, Faults

pytestmark = pytest.mark.anyio

TWICE = dt.datetime(2026, 11, 1, 5, 30, tzinfo=dt.UTC)
"""01:30 in New York; an hour later the clocks there say so again."""

OF_ANSWERS = {
    "status": Faults(status=500),
    "body": Faults(status=500, body="html"),
    "retry_after": Faults(status=429, retry_after="7"),
    "delay": Faults(delay=0.25),
    "truncate": Faults(truncate=20),
    "truncate_what": Faults(truncate=20, truncate_what="transfer"),
    "abort": Faults(abort=True),
    "path": Faults(status=500, path="/elsewhere"),
    "times": Faults(status=500, times=1),
    "extra_fields": Faults(extra_fields=True),
    "shift": Faults(shift=7200.0),
}
IN_STREAMS = {
    "status": Faults(status=500),
    "close_code": Faults(drop_after=1, close_code=1011),
    "drop_after": Faults(drop_after=1),
    **{
        name: Faults(**{name: True})
        for name in (
            *("mute", "reject_auth", "connection_limit", "ignore_subscriptions", "slow_consumer", "unknown_type"),
            *("duplicate", "revised", "late", "missing", "out_of_order", "extra_fields"),
        )
    },
}
BESIDE = {
    "body": Faults(status=500),
    "retry_after": Faults(status=429),
    "truncate_what": Faults(truncate=20),
    "path": Faults(status=500),
    "times": Faults(status=500),
    "close_code": Faults(drop_after=1),
}
"""What a knob is compared with where it needs another one; any other with a provider without fault."""


SECTIONS = {
    "alpaca": re.compile(r"3\.[1-8]"),
    "ccxt": re.compile(r"4\.[1-4]"),
    "flatfiles": re.compile(r"1\.7"),
    "polygon": re.compile(r"1\.[1-9]|1\.10"),
    "twelvedata": re.compile(r"2\.[1-8]"),
}
"""Of providers.md, by vendor."""
ELSEWHERE = {"ccxt": {"/api/v3/time"}, "twelvedata": {"/splits_calendar", "/dividends_calendar"}}
"""Routes that the page does not have."""

HTTP = [case for case in every_case() if case.http]
STREAMING = [case for case in HTTP if case.name in STREAMS]


def pairs(cases, knobs):
    return [pytest.param(case, knob, id=f"{case.name}-{knob}") for case in cases for knob in knobs]


def test_no_knob_is_forgotten():
    assert {*OF_ANSWERS, *IN_STREAMS} == {one.name for one in fields(Faults)}
    assert all(reason for case in every_case() for reason in case.without.values())


@pytest.mark.parametrize("case", HTTP, ids=lambda case: case.name)
async def test_whoever_offers_a_stream_is_heard_here(case):
    with opened(case) as fake:
        provider = case.provider(fake, SYSTEM)
        assert bool(provider.offer.streams) == (case.name in STREAMS)
        await provider.close()


@pytest.mark.parametrize("case", HTTP, ids=lambda case: case.name)
async def test_without_fault_everything_is_the_same_twice(case):
    nothing = Faults(times=0)
    assert answers(case, nothing) == answers(case, NONE)
    if case in STREAMING:
        assert await heard(case, nothing) == await heard(case, NONE)


@pytest.mark.parametrize(("case", "knob"), pairs(HTTP, OF_ANSWERS))
def test_each_knob_changes_what_is_answered_or_the_wire_has_no_such_thing(case, knob):
    plain, turned = answers(case, BESIDE.get(knob, NONE)), answers(case, OF_ANSWERS[knob])
    assert (plain == turned) == (knob in case.without)


@pytest.mark.parametrize(("case", "knob"), pairs(STREAMING, IN_STREAMS))
async def test_each_knob_changes_what_is_streamed_or_the_wire_has_no_such_thing(case, knob):
    plain, turned = await heard(case, BESIDE.get(knob, NONE)), await heard(case, IN_STREAMS[knob])
    assert (plain == turned) == (knob in case.without)


@pytest.mark.parametrize("case", HTTP, ids=lambda case: case.name)
def test_knobs_are_turned_from_outside_too(case):
    """As a person does who runs a fake by hand: no key, and nothing of it in the log of what was asked."""
    with opened(case) as fake:
        url = fake.url + ASKED[case.name].format(truth_of(case.market)[1][0])
        said = httpx2.post(f"{fake.url}/__fake__/faults", json={"status": 503, "times": 1})
        assert said.json() == {"faults": "set"}
        assert [httpx2.get(url).status_code for _ in range(2)] == [503, 200]
        assert fake.faults == Faults(status=503, times=0)
        assert len(fake.asked) == 2


# what it follows

NO_ROUTE = "The page has no such route: as "


@pytest.mark.parametrize("case", HTTP, ids=lambda case: case.name)
def test_every_answer_cites_the_section_that_it_follows_or_what_it_follows_instead(case):
    with opened(case) as fake:
        handlers = fake.routes()
    section = SECTIONS[case.name]
    told = {route: re.findall(r"\b\d\.\d+\b", handler.__doc__) for route, handler in handlers.items()}
    elsewhere = {route for route, handler in handlers.items() if NO_ROUTE in handler.__doc__}
    assert {route for route, cited in told.items() if not cited} == elsewhere
    assert [cited for cites in told.values() for cited in cites if not section.fullmatch(cited)] == []
    assert elsewhere == ELSEWHERE.get(case.name, set())


# clocks


CLOCKS = {
    "alpaca": ("/v2/clock", "timestamp"),
    "ccxt": ("/api/v3/time", "serverTime"),
    "polygon": ("/v1/marketstatus/now", "serverTime"),
    "twelvedata": ("/api_usage", "timestamp"),
}


def told_by(fake, name):
    """Return the time that a provider says it is, seconds; what says no offset is universal time."""
    path, field = CLOCKS[name]
    said = httpx2.get(fake.url + path).json()[field]
    if isinstance(said, int):
        return said // 1000
    time = dt.datetime.fromisoformat(said)
    return int((time if time.tzinfo else time.replace(tzinfo=dt.UTC)).timestamp())


@pytest.mark.parametrize("jump", [-3600, 3600])
@pytest.mark.parametrize("case", STREAMING, ids=lambda case: case.name)
def test_a_clock_that_jumps_as_clocks_are_changed_is_the_time_that_is_told(case, jump):
    with opened(case) as fake:
        fake.now = TWICE.timestamp
        before = told_by(fake, case.name)
        fake.faults = Faults(shift=jump)
        assert told_by(fake, case.name) - before == jump


def test_a_clock_that_jumps_publishes_the_day_and_counts_the_minute_anew():
    by_name = {case.name: case for case in STREAMING}
    with opened(by_name["polygon"]) as massive:
        massive.plan, massive.now = "basic", dt.datetime(2026, 11, 21, 4, 30, tzinfo=dt.UTC).timestamp  # 23:30 there
        url = f"{massive.url}/v2/aggs/grouped/locale/us/market/stocks/{DAY}"
        assert httpx2.get(url).json()["resultsCount"] == 0
        massive.faults = Faults(shift=3600.0)
        assert httpx2.get(url).json()["resultsCount"] > 0
    with opened(by_name["twelvedata"]) as twelve:
        url = f"{twelve.url}/api_usage"
        assert [httpx2.get(url).json()["current_usage"] for _ in range(3)] == [0, 1, 2]
        twelve.faults = Faults(shift=3600.0)
        assert httpx2.get(url).json()["current_usage"] == 0
