"""A summary says of every signal that was told whether it is so still, as the rows themselves would."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tapehawk.core.columns import close, high
from tapehawk.core.scanner import NONE, Setup
from tapehawk.core.watch import Found
from tapehawk.scan.hit_table import HitTable
from tapehawk.scan.summary import Events, Summary, save_summary, saved_summary

SYMBOLS = ("AAA", "BBB", "CCC")
MINUTE = 60_000_000
BEGINS = 1_704_292_200_000_000  # 2024-01-03 14:30 UTC


def table(hits) -> HitTable:
    """Return hits of (symbol, minute, value, is an event)."""
    symbol, minute, value, began = (np.array(column) for column in zip(*hits, strict=True)) if hits else ([],) * 4
    found = Found("gap", Setup("up", NONE, {"up": close >= high}), steps=[])
    return HitTable(
        found,
        np.asarray(symbol, np.int64),
        BEGINS + np.asarray(minute, np.int64) * MINUTE,
        np.full(len(hits), 19725.0),
        np.asarray(began, bool),
        {"score": np.asarray(value, float)},
    )


HITS = st.dictionaries(
    st.tuples(st.integers(0, 2), st.integers(0, 5)),
    st.tuples(st.sampled_from([1.0, 2.0, float("nan"), 0.0, -0.0]), st.booleans()),
    max_size=12,
).map(lambda hits: [(*place, *what) for place, what in hits.items()])


def need_right(then, now) -> None:
    told = {(symbol, minute): str(value + 0.0) for symbol, minute, value, began in then if began}
    expected = [told.get((symbol, minute)) == str(value + 0.0) for symbol, minute, value, began in now if began]
    assert Events.of([table(now)]).among(Events.of([table(then)])).tolist() == expected


@given(HITS, HITS)
def test_what_is_among_what_was_told_is_what_shows_the_same_at_the_same_bar(then, now):
    need_right(then, now)


def test_a_hash_that_forgets_what_is_shown_would_be_noticed(monkeypatch):
    monkeypatch.setattr("tapehawk.scan.summary.hashes", lambda one: np.zeros(one.symbol.size, np.uint64))
    with pytest.raises(AssertionError):
        need_right([(0, 1, 5.0, True)], [(0, 1, 6.0, True)])


def test_signals_that_came_or_went_later_are_taken_out_of_it():
    events = Events.of([table([(0, 1, 5.0, True), (1, 2, 5.0, True), (2, 3, 5.0, True)])])
    keys = [*events.keys(SYMBOLS)]
    assert keys[1] == ("gap", "up", "BBB", "2024-01-03T14:32:00Z")
    row = {"scanner": "x", "pattern": "y", "symbol": "BBB", "bar_time": "2024-01-03T14:40:00Z"}
    summary = Summary({3: events}, {("x", "y", "BBB", "2024-01-03T14:40:00Z"): row}).without(
        {keys[1], ("gap", "up", "ZZZ", keys[0][3])}, SYMBOLS
    )
    assert [*summary.events[3].keys(SYMBOLS)] == [keys[0], keys[2]]
    assert summary.without({("x", "y", "BBB", "2024-01-03T14:40:00Z")}, SYMBOLS).others == {}


def test_it_is_read_back_as_it_was_written(tmp_path):
    events = Events.of([table([(0, 1, 5.0, True), (1, 2, float("nan"), True)])])
    row = {"scanner": "x", "pattern": "y", "symbol": "BBB", "bar_time": "2024-01-03T14:40:00Z", "score": None}
    save_summary(
        tmp_path / "one.summary", Summary({3: events}, {("x", "y", "BBB", "2024-01-03T14:40:00Z"): row}), {"size": 7}
    )
    summary, about = saved_summary(tmp_path / "one.summary")
    assert about == {"size": 7}
    assert summary.others == {("x", "y", "BBB", "2024-01-03T14:40:00Z"): row}
    assert summary.events[3].among(events).all()
    assert events.among(summary.events[3]).all()


@pytest.mark.parametrize("content", [None, b"", b"PK", b"\x00" * 100])
def test_one_that_can_not_be_read_is_none(tmp_path, content):
    if content is not None:
        (tmp_path / "one.summary").write_bytes(content)
    assert saved_summary(tmp_path / "one.summary") is None


def test_a_flipped_bit_makes_it_none(tmp_path):
    path = tmp_path / "one.summary"
    save_summary(path, Summary({0: Events.of([table([(0, 1, 5.0, True)])])}), {})
    content = bytearray(path.read_bytes())
    content[content.index(BEGINS.to_bytes(8, "little")[4:])] ^= 1
    path.write_bytes(content)
    assert saved_summary(path) is None


def test_a_disk_that_does_not_take_it_keeps_none(tmp_path):
    save_summary(tmp_path / "no" / "one.summary", Summary(), {})
    assert saved_summary(tmp_path / "no" / "one.summary") is None
