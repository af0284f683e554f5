"""A split that appears later: adjusted prices change, and nothing else does."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from tapehawk.data.panels import PanelQuestion, open_panel
from tests.data.syncs import FIRST, LAST, assert_stored, clock_at, polygon, synced
from tests.fakes.massive import FakeMassive
from tests.fakes.truth import simulated

TRUTH = simulated()
SPLIT = TRUTH.actions.filter(pl.col("ex_date").is_between(FIRST, LAST)).to_dicts()[0]
RATIO = SPLIT["split_from"] / SPLIT["split_to"]
PRICES = ("open", "high", "low", "close")


@pytest.fixture
def before_and_after(root):
    """Sync before the split is known and a day later, when it is; return both panels and the second report."""
    silent = replace(TRUTH, actions=TRUTH.actions.filter(pl.col("ex_date") > LAST))
    with FakeMassive(silent) as fake:
        synced(root, polygon(fake, clock_at()))
        before = open_panel(root, PanelQuestion())
        fake.truth = TRUTH
        later = clock_at(clock_at().start + 86_400_000_000)
        done = synced(root, polygon(fake, later), time=later)
    return before, open_panel(root, PanelQuestion()), done


def days_of(panel, symbol):
    at = panel.symbols.index(symbol)
    return slice(int(panel.starts[at]), int(panel.starts[at + 1]))


def test_only_the_split_is_stored(root, before_and_after):
    _, _, done = before_and_after
    assert (done.actions.new, done.bars.new, done.bars.revised) == (1, 0, 0)
    assert_stored(root, TRUTH.daily)


def test_prices_before_the_split_are_adjusted_volume_inversely_and_those_after_are_not(before_and_after):
    before, after, _ = before_and_after
    rows = days_of(after, SPLIT["symbol"])
    early = after.columns["session"][rows] < (SPLIT["ex_date"] - dt.date(1970, 1, 1)).days
    assert 0 < early.sum() < early.size
    for name in PRICES:
        expected = np.where(early, before.columns[name][rows] * RATIO, before.columns[name][rows])
        np.testing.assert_array_equal(after.columns[name][rows], expected)
    expected = np.where(early, before.columns["volume"][rows] / RATIO, before.columns["volume"][rows])
    np.testing.assert_array_equal(after.columns["volume"][rows], expected)


def test_nothing_else_changes(before_and_after):
    before, after, _ = before_and_after
    assert before.symbols == after.symbols
    np.testing.assert_array_equal(before.time, after.time)
    mine = days_of(after, SPLIT["symbol"])
    others = np.ones(after.time.size, dtype=bool)
    others[mine] = False
    for name in (*PRICES, "volume"):
        np.testing.assert_array_equal(after.columns[name][others], before.columns[name][others])
        np.testing.assert_array_equal(after.columns[f"raw.{name}"], before.columns[name])
    assert after.data_version.split("+")[0] == before.data_version.split("+")[0]
    assert after.data_version != before.data_version
