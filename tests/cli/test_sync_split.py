"""A split that appears at a later sync: adjusted prices are derived anew, and the next scan sees it."""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import replace

import polars as pl
import pytest

from tapehawk.app import syncing
from tapehawk.data.providers.sim import Simulator
from tests.data.syncs import clock_at, stored
from tests.fakes.massive import FakeMassive
from tests.fakes.truth import Truth

FIRST, LAST = dt.date(2026, 8, 3), dt.date(2026, 11, 20)
SIM = Simulator(symbols=30)
TRUTH = Truth(
    daily=SIM.daily(FIRST, LAST),
    symbols=SIM.symbols(None, LAST),
    actions=SIM.actions(dt.date(2026, 10, 1), dt.date(2026, 11, 2)),
)
SPLIT = TRUTH.actions.to_dicts()[0]
NAME, DAY = SPLIT["symbol"], SPLIT["ex_date"]
STEADY = "close > 0.9 * close[1] and close < 1.1 * close[1]"


@pytest.fixture
def time(monkeypatch):
    time = clock_at()
    monkeypatch.setattr(syncing, "run", functools.partial(syncing.run, clock=time.clock))
    return time


@pytest.fixture
def fake(monkeypatch):
    with FakeMassive(TRUTH) as server:
        monkeypatch.setenv("SCANNER__PROVIDERS__POLYGON__BASE_URL", server.url)
        monkeypatch.setenv("SCANNER__PROVIDERS__POLYGON__PLAN", "advanced")
        monkeypatch.setenv("POLYGON_API_KEY", server.key)
        yield server


@pytest.fixture
def synced_on(answer, fake, time):
    """Return a function that syncs on the morning of a day, when the vendor has (or has not) heard of the split."""

    def sync(day, *, told):
        time.start = int(dt.datetime.combine(day, dt.time(5), dt.UTC).timestamp()) * 1_000_000
        daily = TRUTH.daily.filter(pl.col("time").dt.date() < day)
        fake.truth = replace(TRUTH, daily=daily, actions=TRUTH.actions if told else TRUTH.actions.clear())
        return answer("sync", "--provider", "polygon", "--since", FIRST)["report"]

    return sync


@pytest.fixture
def found(answer):
    """Return a function that says what a formula finds in the session of the split: symbol → row."""

    def scan(formula):
        asked = answer("formula", formula, "--date", DAY, "--set", "min_price=0", "--set", "min_dollar_volume=0")
        return {row["symbol"]: row for row in asked["results"]}

    return scan


def after(days):
    return DAY + dt.timedelta(days=days)


def test_the_split_is_known_by_the_scan_of_its_own_day(synced_on, found, tmp_path):
    assert synced_on(DAY, told=False)["actions"]["new"] == 0
    done = synced_on(after(1), told=True)
    assert (done["actions"]["new"], done["bars"]["revised"], done["findings"].get("missed_split")) == (1, 0, None)
    assert NAME in found(STEADY)
    assert NAME not in found("close < 0.5 * close[1]")
    closes = stored(tmp_path / "store").filter(pl.col("symbol") == NAME).sort("time")["close"]
    assert closes[-1] < 0.5 * closes[-2]  # as traded, as it stays
    assert found(STEADY)[NAME]["entry"] == pytest.approx(closes[-1], rel=0.05)


def test_a_split_told_of_late_repairs_the_history_at_the_next_sync(synced_on, found):
    synced_on(DAY, told=False)
    done = synced_on(after(14), told=False)
    assert done["findings"]["missed_split"] == 1
    assert NAME not in found(STEADY)  # the history before is left out until somebody explains the jump
    assert NAME not in found("close < 0.5 * close[1]")
    late = synced_on(after(15), told=True)
    assert (late["actions"]["new"], late["bars"]["revised"]) == (1, 0)
    assert NAME in found(STEADY)


def test_planted_without_the_split_the_scan_does_not_find_it(synced_on, found):
    synced_on(DAY, told=False)
    synced_on(after(1), told=False)
    assert NAME not in found(STEADY)
