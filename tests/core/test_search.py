"""A search skips work and shares it among threads; what it finds and counts is what counting bar by bar finds."""

from __future__ import annotations

from contextlib import contextmanager
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tapehawk.core import panel as panels
from tapehawk.core import workspace
from tapehawk.core.columns import close, high, low
from tapehawk.core.expr import call
from tapehawk.core.panel import Panel
from tapehawk.core.scanner import NONE, Setup
from tapehawk.core.search import Found, Watch, find
from tests.core.random_bars import random_panel
from tests.core.slow_evaluator import bars_of, slowly
from tests.core.watches import daily_watches, intraday_watches, ranking_watches, watch

PANEL = random_panel((60, 0, 9, 33, 1, 60), seed=2, nulls=0.1)
HALF_HOURS = random_panel((120, 70, 33), "30m", seed=2, holes=0.1)
PLAIN = [pytest.param(PANEL, daily_watches(), id="daily"), pytest.param(HALF_HOURS, intraday_watches(), id="30m")]
EVERY = [*PLAIN, pytest.param(PANEL, ranking_watches(), id="ranks")]


def every_bar(block) -> np.ndarray:
    return np.full(block.n_bars, 2, dtype=np.uint8)


def late_bars(block) -> np.ndarray:
    return (block.time >= np.median(block.panel.time)).astype(np.uint8) * np.uint8(2)


def answer(found: list[Found]) -> list[tuple]:
    """Everything a search says, as values that can be compared."""
    return [
        (
            one.scanner, one.setup.pattern, one.steps, one.symbols, one.symbol.tolist(), one.bar.tolist(),
            {name: column.tobytes() for name, column in one.columns.items()},
        )
        for one in found
    ]  # fmt: skip


@contextmanager
def in_small_blocks(strip=16):
    """Cut panels into blocks of a few bars and these into shorter strips, so that there are many of both."""
    with mock.patch.object(panels, "BLOCK_BARS", 40), mock.patch.object(workspace, "STRIP_BARS", strip):
        yield


def counted(panel: Panel, one: Watch, selected: np.ndarray) -> list[tuple]:
    """Search one bar after another in plain Python: steps, hits and shown columns of each setup."""
    answers = []
    for setup, shown in zip(one.setups, one.columns, strict=True):
        conditions = {**one.universe, **setup.when}
        passed, unknown = dict.fromkeys(["bars", *conditions], 0), dict.fromkeys(["bars", *conditions], 0)
        hits, values = [], {name: [] for name in shown}
        for place in range(len(panel.symbols)):
            bars, first = bars_of(panel, place), panel.starts[place]
            states = {name: slowly(x, bars, panel.timeframe) for name, x in conditions.items()}
            columns = {name: slowly(x, bars, panel.timeframe) for name, x in shown.items()}
            for i in range(len(bars)):
                if not selected[first + i]:
                    continue
                passed["bars"] += 1
                for name, column in states.items():
                    if column[i] is not True:
                        unknown[name] += column[i] is None
                        break
                    passed[name] += 1
                else:
                    hits.append((place, first + i))
                    for name, column in columns.items():
                        values[name].append(np.nan if column[i] is None else float(column[i]))
        answers.append((list(zip(passed, passed.values(), unknown.values(), strict=True)), hits, values))
    return answers


# --------------------------------------------------------------------------------------------------- what is found


@given(seed=st.integers(0, 500), lengths=st.lists(st.integers(0, 40), min_size=1, max_size=4), late=st.booleans())
def test_hits_columns_and_counts_are_what_counting_bar_by_bar_finds(seed, lengths, late):
    panel = random_panel(lengths, seed=seed, nulls=0.1)
    select = late_bars if late and panel.n_bars else every_bar
    selected = select(panel.block(0, len(panel.symbols)))
    for one in daily_watches()[:1] + daily_watches()[2:]:
        found = find(panel, [plain(one)], select, threads=1)
        for (steps, hits, values), ours in zip(counted(panel, plain(one), selected), found, strict=True):
            assert [(s.name, s.passed, s.unknown) for s in ours.steps] == steps
            assert list(zip(ours.symbol.tolist(), ours.bar.tolist(), strict=True)) == hits
            for name, column in ours.columns.items():
                np.testing.assert_array_equal(column, values[name])


def plain(one: Watch) -> Watch:
    """The setups of a watch whose parts the slow evaluator knows."""
    pairs = [(s, c) for s, c in zip(one.setups, one.columns, strict=True) if s.pattern != "down"]
    return Watch(one.scanner, one.universe, tuple(s for s, _ in pairs), tuple(c for _, c in pairs))


@pytest.mark.parametrize(("panel", "watches"), EVERY)
@pytest.mark.parametrize("select", [every_bar, late_bars])
def test_skipping_changes_nothing(panel, watches, select):
    skipping = answer(find(panel, watches, select, threads=1))
    assert skipping == answer(find(panel, watches, select, threads=1, everywhere=True))
    with in_small_blocks():
        assert skipping == answer(find(panel, watches, select, threads=1))


@pytest.mark.parametrize(("panel", "watches"), EVERY)
@pytest.mark.parametrize("strip", [1, 2, 7, 59, 60, 61, 10_000])
def test_wherever_a_block_is_cut_into_strips_the_answer_is_the_same(panel, watches, strip):
    whole = answer(find(panel, watches, every_bar, threads=1))
    with in_small_blocks(strip):
        assert answer(find(panel, watches, every_bar, threads=1)) == whole
        assert answer(find(panel, watches, every_bar, threads=1, everywhere=True)) == whole


@pytest.mark.parametrize(("panel", "watches"), EVERY)
def test_threads_change_nothing(panel, watches):
    with in_small_blocks():
        one = answer(find(panel, watches, every_bar, threads=1))
        assert all(answer(find(panel, watches, every_bar, threads=n)) == one for n in (2, 5))
        assert answer(find(panel, watches, every_bar, threads=3, everywhere=True)) == one


@pytest.mark.parametrize(("panel", "watches"), EVERY)
def test_watches_that_run_together_find_what_each_finds_alone(panel, watches):
    together = {(a[0], a[1]): a for a in answer(find(panel, watches, every_bar))}
    alone = [a for one in watches for a in answer(find(panel, [one], every_bar))]
    assert sum(len(a[5]) for a in alone) > 10
    assert all(together[a[0], a[1]] == a for a in alone)


def test_symbols_are_independent_of_each_other():
    alone = [answer(find(PANEL.select((name,)), daily_watches(), every_bar)) for name in PANEL.symbols]
    together = find(PANEL, daily_watches(), every_bar)
    for number, one in enumerate(together):
        for place, name in enumerate(PANEL.symbols):
            mine = one.symbol == place
            bars = (one.bar[mine] - PANEL.starts[place]).tolist()
            columns = {c: column[mine].tobytes() for c, column in one.columns.items()}
            assert (bars, columns) == alone[place][number][5:], name


def test_unknown_is_not_false():
    """With two values "backside = not frontside" fired on names whose history was too short."""
    front = (close > call("sma", close, params=(20,))) & (high >= call("highest", high, params=(20,)))
    sides = [Setup("front", NONE, {"front": front}), Setup("back", NONE, {"back": ~front})]
    short, long = random_panel((19,)), random_panel((60,))
    for one in find(short, [watch(*sides, universe={}, shown={"low": low})], every_bar):
        assert one.bar.size == 0
        (_, condition) = one.steps
        assert condition.passed == 0
        assert 0 < condition.unknown <= 19
    front_, back = find(long, [watch(*sides, universe={}, shown={"low": low})], every_bar)
    assert front_.bar.size + back.bar.size + front_.steps[-1].unknown == 60


def test_a_universe_that_leaves_nothing_says_so_step_by_step():
    none = {"dear": close / close > 2, "too late": close[500] > 0}
    for one in find(PANEL, [watch(Setup("x", NONE, {"up": close > close[1]}), universe=none)], every_bar):
        assert [(s.name, s.passed, s.unknown) for s in one.steps] == [
            ("bars", PANEL.n_bars, 0), ("dear", 0, 0), ("too late", 0, 0), ("up", 0, 0),
        ]  # fmt: skip
        assert {name: column.size for name, column in one.columns.items()} == dict.fromkeys(one.columns, 0)


def test_it_counts_the_symbols_that_have_a_bar_that_was_asked_for():
    assert {one.symbols for one in find(PANEL, daily_watches(), every_bar)} == {5}
    last = find(PANEL, daily_watches(), lambda block: (block.time == PANEL.time.max()).astype(np.uint8) * np.uint8(2))
    assert {one.symbols for one in last} == {5}
    assert last[0].steps[0].passed == 5


# ------------------------------------------------------------------------------------------------ bugs that are caught


def test_a_symbol_that_is_skipped_wrongly_is_caught():
    keep_fewer = panels.Block.of_symbols

    def fewer(self, wanted):
        return keep_fewer(self, wanted & (np.cumsum(wanted) > 1))

    hasty = mock.patch.object(panels.Block, "of_symbols", fewer)
    with hasty, pytest.raises(AssertionError):
        test_skipping_changes_nothing(PANEL, daily_watches(), every_bar)
