"""Columns of random expressions, against plain Python; cut anywhere; with nothing from later bars."""

from __future__ import annotations

import dataclasses
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tapehawk.core import evaluate as evaluator
from tapehawk.core import plan
from tapehawk.core.columns import close, high, low, open_, raw
from tapehawk.core.evaluate import evaluate
from tapehawk.core.expr import as_expr, call, function, known, number, on, where
from tapehawk.core.kernels.elementwise import TILE
from tapehawk.core.panel import Panel
from tapehawk.core.state import equal
from tests.core.random_bars import pieces, random_panel
from tests.core.random_expressions import roots
from tests.core.slow_evaluator import bars_of, slowly

LENGTHS = st.lists(st.integers(0, 45), min_size=1, max_size=3)
SEEDS = st.integers(0, 1000)
SLOWER = ("1h", "4h", "1d", "1w")


def plainly(column: np.ndarray) -> list[float | bool | None]:
    """A column as the slow evaluator gives it."""
    if column.dtype == np.uint8:
        return [(False, None, True)[value] for value in column]
    return [None if np.isnan(value) else value for value in column.tolist()]


def computed(panel: Panel, xs, state=None) -> list[np.ndarray]:
    return evaluate(panel.block(0, len(panel.symbols)), *xs, state=state)


def is_what_plain_python_says(panel: Panel, xs) -> None:
    columns = computed(panel, xs)
    for place, (a, b) in enumerate(zip(panel.starts, panel.starts[1:], strict=False)):
        bars = bars_of(panel, place)
        for x, column in zip(xs, columns, strict=True):
            assert plainly(column[a:b]) == slowly(x, bars, panel.timeframe), str(x)


def cutting_changes_nothing(panel: Panel, xs, cuts) -> None:
    state, also = {}, {}
    whole = computed(panel, xs, state)
    parts = [(piece, computed(piece, xs, also)) for piece in pieces(panel, cuts)]
    for number_, x in enumerate(xs):
        for place in range(len(panel.symbols)):
            a, b = panel.starts[place : place + 2]
            joined = [columns[number_][piece.starts[place] : piece.starts[place + 1]] for piece, columns in parts]
            assert np.concatenate(joined).tobytes() == whole[number_][a:b].tobytes(), str(x)
    assert equal(state, also)


def the_future_changes_nothing(panel: Panel, xs, last: int) -> None:
    until = panel.until(last)
    before, after = computed(until, xs), computed(panel, xs)
    kept = panel.time <= last
    for x, cut, whole in zip(xs, before, after, strict=True):
        assert cut.tobytes() == whole[kept].tobytes(), str(x)


# ------------------------------------------------------------------------------------------ against plain Python


@given(xs=roots(), lengths=LENGTHS, seed=SEEDS)
def test_random_expressions_are_what_plain_python_says(xs, lengths, seed):
    is_what_plain_python_says(random_panel(lengths, seed=seed, nulls=0.1), xs)


@given(xs=roots(*SLOWER), lengths=LENGTHS, seed=SEEDS)
def test_so_are_they_on_slower_timeframes(xs, lengths, seed):
    is_what_plain_python_says(random_panel(lengths, "30m", seed=seed, holes=0.2, nulls=0.1), xs)


@given(xs=roots("1d"), seed=SEEDS)
def test_longer_than_a_tile_changes_nothing(xs, seed):
    is_what_plain_python_says(random_panel((2 * TILE + 30, TILE), "30m", seed=seed, nulls=0.02), xs)


def test_three_valued_logic_is_kleenes():
    unknown, true, false = close[99] > 0, close > 0, close < 0
    table = {
        "and": [(true & unknown, 1), (false & unknown, 0), (unknown & unknown, 1), (true & true, 2)],
        "or": [(true | unknown, 2), (false | unknown, 1), (unknown | unknown, 1), (false | false, 0)],
        "not": [(~unknown, 1), (~true, 0), (~false, 2)],
    }
    panel = random_panel((3,))
    for rows in table.values():
        for x, expected in rows:
            assert computed(panel, [x])[0].tolist() == [expected] * 3, str(x)


def test_a_null_is_never_on_either_side_of_a_threshold():
    null = as_expr(0.0) / 0
    masks = [null > 1, null <= 1, null == 1, null != 1, null == null + 1, function("max", null, 1) > 0]
    assert all(column.tolist() == [1, 1] for column in computed(random_panel((2,)), masks))
    absent, there = computed(random_panel((2,)), [known(null), known(close)])
    assert (absent.tolist(), there.tolist()) == ([0, 0], [2, 2])


def test_division_by_zero_and_functions_outside_their_domain_are_null():
    nothing = raw.close - raw.close
    xs = [
        close / nothing / close,
        function("sqrt", nothing - 1),
        function("log", nothing),
        function("exp", nothing + 1e4),
    ]
    assert all(np.isnan(column).all() for column in computed(random_panel((4,)), xs))


def test_a_constant_is_a_column_like_any_other():
    number_, mask, delayed = computed(
        random_panel((3,)), [as_expr(7.0), as_expr(7.0) > 6, call("ema", as_expr(7.0), params=(3,))]
    )
    assert number_.tolist() == delayed.tolist() == [7, 7, 7]
    assert mask.tolist() == [2, 2, 2]


def test_an_empty_panel_has_empty_columns():
    assert [column.size for column in computed(random_panel((0, 0)), [close, close > open_, on("1w", close)])] == [
        0,
        0,
        0,
    ]


# --------------------------------------------------------------------------------------------- cuts, and the future


@given(xs=roots(), lengths=LENGTHS, seed=SEEDS, cuts=st.lists(st.integers(0, 60), max_size=5))
def test_however_bars_are_cut_into_calls_columns_and_states_are_the_same_to_the_last_bit(xs, lengths, seed, cuts):
    cutting_changes_nothing(random_panel(lengths, seed=seed, nulls=0.1), xs, cuts)


@given(xs=roots(*SLOWER), lengths=LENGTHS, seed=SEEDS, cuts=st.lists(st.integers(0, 60), max_size=5))
def test_so_it_is_on_slower_timeframes(xs, lengths, seed, cuts):
    cutting_changes_nothing(random_panel(lengths, "30m", seed=seed, holes=0.2, nulls=0.1), xs, cuts)


@given(xs=roots("1h", "1d"), seed=SEEDS)
def test_a_bar_at_a_time_is_the_same_as_at_once(xs, seed):
    cutting_changes_nothing(random_panel((30, 0, 17), "30m", seed=seed, holes=0.1), xs, range(31))


@given(xs=roots(*SLOWER), lengths=LENGTHS, seed=SEEDS, at=st.integers(0, 44))
def test_what_comes_later_changes_nothing_before(xs, lengths, seed, at):
    panel = random_panel(lengths, "30m", seed=seed, holes=0.1)
    times = np.unique(panel.time)
    if times.size:
        the_future_changes_nothing(panel, xs, int(times[min(at, times.size - 1)]))


# ---------------------------------------------------------------------------------------------- the laws catch bugs

SLOW = [on("1h", close), on("1d", high)]


@pytest.fixture
def peeking():
    """Plant a use of the bar that is still forming."""
    closing = evaluator.Forming.close_bars

    def planted(self, block, timeframe):
        closed = closing(self, block, timeframe)
        ahead = np.minimum(closed.seen + 1, closed.block.starts[1])
        return dataclasses.replace(closed, seen=ahead)

    with mock.patch.object(evaluator.Forming, "close_bars", planted):
        yield


def test_the_forming_bar_is_caught_by_plain_python(peeking):
    with pytest.raises(AssertionError):
        is_what_plain_python_says(random_panel((60,), "30m"), SLOW)


def test_the_forming_bar_is_caught_by_the_law_of_the_future(peeking):
    panel = random_panel((60,), "30m")
    with pytest.raises(AssertionError):
        the_future_changes_nothing(panel, SLOW, int(panel.time[30]))


def test_a_lost_state_is_caught_by_the_law_of_cuts():
    panel = random_panel((30,))
    with (
        mock.patch.object(evaluator.Evaluation, "_own", lambda self, x: evaluator.blank(x, 1)),
        pytest.raises(AssertionError),
    ):
        cutting_changes_nothing(panel, [call("ema", close, params=(5,))], [10])


def test_a_slot_given_away_before_its_last_reading_is_caught_by_plain_python():
    free = plan._Planner._read

    def hasty(self, x):
        slot = self._slot.get(x)
        free(self, x)
        if slot is not None and self._plan.slots[slot].sort == plan.COLUMN and x in self._slot:
            self._free.setdefault((x.kind, plan.COLUMN), []).append(slot)

    average = call("ema", raw.close, params=(3,))
    xs = [average + call("ema", average, params=(2,)), call("sum", raw.high, params=(2,)) * average]
    panel = random_panel((40,))
    is_what_plain_python_says(panel, xs)
    with mock.patch.object(plan._Planner, "_read", hasty), pytest.raises(AssertionError):
        is_what_plain_python_says(panel, xs)


def test_two_valued_logic_is_caught_by_plain_python():
    short = random_panel((5,))
    backside = ~((close > close[9]) & (low > low[9]))
    assert computed(short, [backside])[0].tolist() == [1] * 5
    two_valued = where(known(close[9]), number(backside), 1) > 0
    assert computed(short, [two_valued])[0].tolist() == [2] * 5
