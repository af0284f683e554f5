"""Walk-forward: index sets worked by hand, and the property that no label a model learns from reaches its test."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tapehawk.research import splits
from tapehawk.research.splits import before, last_part, walk_forward


def places(flags: np.ndarray) -> list[int]:
    return np.flatnonzero(flags).tolist()


def test_the_windows_of_twelve_signals_are_those_worked_by_hand():
    #         0   1   2   3   4   5   6   7   8   9  10  11
    day = [100, 101, 110, 120, 120, 121, 130, 131, 140, 150, 151, 160]
    until = [105, 112, 114, 134, 121, 125, 135, 150, 141, 155, 152, 170]
    found = [
        (one.start, places(one.train), places(one.test))
        for one in walk_forward(np.array(day), np.array(until), windows=4, embargo=5)
    ]
    assert found == [
        (120, [0, 1, 2], [3, 4, 5]),  # over before 115; day 120 is not cut in two
        (130, [0, 1, 2, 4], [6, 7, 8]),  # before 125: signal 5 was over on it, 3 is not over
        (150, [0, 1, 2, 3, 4, 5, 6, 8], [9, 10, 11]),  # before 145: 7 lives until the test begins
    ]


def test_a_label_that_ends_an_embargo_before_the_test_is_still_too_late():
    assert before(np.array([92, 93, 94]), 100, embargo=7).tolist() == [True, False, False]


def test_the_last_part_begins_with_a_whole_day():
    day = np.array([1, 1, 2, 3, 4, 4, 4, 5])
    assert last_part(day, 0.25) == 4
    assert last_part(day, 0.0) == 5


def test_a_day_is_never_cut_and_the_tests_cover_all_but_the_first_window_once():
    day = np.sort(np.random.default_rng(0).integers(0, 30, 200))
    windows = list(walk_forward(day, day + 3))
    tested = np.sum([one.test.astype(int) for one in windows], axis=0)
    assert set(tested) == {0, 1}
    assert places(tested == 0) == list(range(int((tested == 0).sum())))
    assert all(not (set(day[one.test]) & set(day[~one.test])) for one in windows)


rows = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 60)), min_size=1, max_size=80)


def overlapping(pairs: list[tuple[int, int]], embargo: int) -> list[tuple[int, int]]:
    """Return the labels (first, last day) that are trained on although they reach the embargo before the test."""
    pairs = sorted(pairs)
    day = np.array([first for first, _ in pairs])
    until = day + np.array([length for _, length in pairs])
    return [
        (int(day[i]), int(until[i]))
        for one in walk_forward(day, until, embargo=embargo)
        for i in places(one.train)
        if any(until[i] + embargo >= tested for tested in day[one.test])
    ]


@given(pairs=rows, embargo=st.integers(0, 20))
def test_no_label_that_is_trained_on_reaches_the_embargo_or_the_test(pairs, embargo):
    assert overlapping(pairs, embargo) == []


LEAKS: dict[str, Callable] = {
    "no purge": lambda until, start, embargo=7: np.arange(until.size) < until.size // 2,
    "no embargo": lambda until, start, embargo=7: until < start,
    "one day short": lambda until, start, embargo=7: until <= start - embargo,
}


@pytest.mark.parametrize("leak", LEAKS.values(), ids=LEAKS)
def test_a_planted_leak_is_caught(monkeypatch, leak):
    monkeypatch.setattr(splits, "before", leak)
    every_day = [(day, 10) for day in range(200)]
    assert overlapping(every_day, 7)
