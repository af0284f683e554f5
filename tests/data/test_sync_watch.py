"""Watching: a sync after every session, at the calendar's hours, and again where it may work later."""

from __future__ import annotations

import asyncio
import datetime as dt

import pytest

from tapehawk.core.errors import NoData, ProviderRefused, TryAgain
from tapehawk.core.instants import datetime_of, microseconds
from tapehawk.data.sync.watching import watch
from tests.data.syncs import clock_at


class EnoughError(Exception):
    """The test has seen enough."""


def watched(start, answers, market="us"):
    """Watch from an instant; each sync answers with the next of `answers`; return when they were made, and troubles."""
    time, made, troubles, left = clock_at(microseconds(start)), [], [], list(answers)

    async def once():
        made.append(datetime_of(time.clock.now()))
        answer = left.pop(0) if left else EnoughError()
        if answer is not None:
            raise answer

    with pytest.raises((EnoughError, ProviderRefused)):
        asyncio.run(watch(once, market, clock=time.clock, on_trouble=troubles.append))
    return made, troubles


def at(*numbers):
    return dt.datetime(*numbers, tzinfo=dt.UTC)


def test_it_syncs_at_once_and_then_after_each_session_over_a_holiday_and_an_early_close():
    made, _ = watched(at(2026, 11, 24, 12), [None] * 4)
    assert made == [
        at(2026, 11, 24, 12),
        at(2026, 11, 25, 1, 20),  # Tuesday 20:20 in New York
        at(2026, 11, 26, 1, 20),  # Wednesday
        at(2026, 11, 27, 22, 20),  # Friday 17:20: Thursday was Thanksgiving, Friday closed early
        at(2026, 12, 1, 1, 20),  # Monday
    ]


def test_what_may_work_later_is_tried_every_quarter_of_an_hour_and_told():
    busy = TryAgain("not published yet")
    made, troubles = watched(at(2026, 11, 25, 1, 20), [busy, busy, None])
    assert made == [at(2026, 11, 25, 1, 20), at(2026, 11, 25, 1, 35), at(2026, 11, 25, 1, 50), at(2026, 11, 26, 1, 20)]
    assert troubles == [busy, busy]


def test_a_session_the_provider_has_not_got_is_told_and_does_not_end_it():
    hole = NoData("no bars of 2026-11-05")
    made, troubles = watched(at(2026, 11, 25, 1, 20), [hole])
    assert made == [at(2026, 11, 25, 1, 20), at(2026, 11, 26, 1, 20)]
    assert troubles == [hole]


def test_a_refusal_ends_it():
    made, troubles = watched(at(2026, 11, 25, 1, 20), [ProviderRefused("wrong key")])
    assert len(made) == 1
    assert troubles == []


def test_coins_are_synced_every_day_after_midnight():
    made, _ = watched(at(2026, 11, 28, 12), [None, None], market="crypto")
    assert made == [at(2026, 11, 28, 12), at(2026, 11, 29, 0, 20), at(2026, 11, 30, 0, 20)]
