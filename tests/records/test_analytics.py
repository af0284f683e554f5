"""A row a day of what signals came to, the same numbers as are asked for."""

from __future__ import annotations

import datetime as dt

import pytest

from tapehawk.app.analytics import keep_days, performance
from tapehawk.app.tracks import Counting
from tests.records.conftest import NOW
from tests.records.test_signals import CLOSED, EXPIRED, TRIGGERED, signal

LONG_AGO = NOW - dt.timedelta(days=3650)


def test_days_are_kept_with_the_numbers_that_are_asked_for(database, ada, bob):
    with database.write() as records:
        records.of(ada.id).signals.keep(
            [signal(0, TRIGGERED, CLOSED), signal(0, symbol="B", pattern="gap up"), signal(1, EXPIRED)]
        )
        records.of(bob.id).signals.keep([signal(3)])
    assert keep_days(database, since=LONG_AGO) == 3
    with database.read() as records:
        days = records.of(ada.id).analytics.days()
        asked = performance(records, ada.id, Counting(by=("date",))).groups
    first, second = days
    assert (first["date"], first["signals_generated"], first["signals_successful"]) == (NOW.date(), 2, 1)
    assert (first["total_pnl"], first["win_rate"], first["avg_confidence"]) == (1500.0, 100.0, 72.5)
    assert first["patterns_used"] == {"gap up": 1, "resistance break": 1}
    assert (second["win_rate"], second["total_pnl"]) == (None, 0.0)
    assert [(one["group"]["date"], one["signals"], one["win_rate"]) for one in asked] == [
        (day["date"], day["signals_generated"], day["win_rate"]) for day in days
    ]


def test_only_days_of_signals_that_went_on_are_counted_anew(database, ada):
    with database.write() as records:
        records.of(ada.id).signals.keep([signal(0), signal(1)])
    assert keep_days(database, since=LONG_AGO) == 2
    assert keep_days(database, since=NOW + dt.timedelta(days=2)) == 0
    with database.write() as records:
        records.signals.follow([signal(0, TRIGGERED, CLOSED)])
    assert keep_days(database, since=NOW + dt.timedelta(seconds=90)) >= 1
    assert keep_days(database, since=LONG_AGO) == 2  # again: the same
    with database.read() as records:
        assert [day["signals_successful"] for day in records.of(ada.id).analytics.days()] == [1, 0]


@pytest.mark.parametrize(("origins", "counted"), [(["live", "simulated"], 1), (["simulated", "simulated"], 2)])
def test_simulated_signals_are_never_mixed_with_others(database, ada, origins, counted):
    from dataclasses import replace

    found = [replace(signal(0, symbol=f"S{n}"), origin=origin) for n, origin in enumerate(origins)]
    with database.write() as records:
        records.of(ada.id).signals.keep(found)
        made = performance(records, ada.id, Counting(by=("scanner",)))
    assert (made.source, made.total["signals"]) == (origins[0], counted)


def test_the_regime_is_that_of_the_market_a_signal_is_of(database, ada):
    with database.write() as records:
        records.of(ada.id).signals.keep(
            [signal(0), signal(1), signal(0, symbol="BTC/USDT", phase="continuous"), signal(2)]
        )
    known = {NOW.date(): "bull", NOW.date() + dt.timedelta(days=1): "sideways"}
    counting = Counting(by=("regime",), regimes={"us": known.get, "crypto": lambda _: "bear"})
    with database.read() as records:
        made = performance(records, ada.id, counting)
        without = performance(records, ada.id, Counting(by=("regime",)))
    found = {one["group"]["regime"]: one["signals"] for one in made.groups}
    assert found == {"bull": 1, "sideways": 1, "bear": 1, None: 1}
    assert [(one["group"], one["signals"]) for one in without.groups] == [({"regime": None}, 4)]
    assert "before a signal's date" in made.notes[1]
