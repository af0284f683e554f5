from __future__ import annotations

import pytest

from tapehawk.scanners.inside_bar import InsideBar
from tests.scanners.tape import at_last, calm, daily, hits, mirrored, shown

MOTHER, INSIDE, BEYOND = (
    (100.0, 102.0, 99.0, 101.0, 1e6),
    (101.0, 101.5, 100.0, 100.5, 1e6),
    (101.0, 102.5, 100.8, 101.7, 1e6),
)


def test_a_close_above_an_inside_bar_is_a_buy_with_the_stop_at_its_low():
    tape = daily(*calm(30), MOTHER, INSIDE, BEYOND)
    assert hits(InsideBar(), tape) == [("breakout", -1)]
    assert shown(InsideBar(), tape, "breakout") == {"entry": 101.7, "stop": 100.0}


def test_a_close_below_it_is_a_sell_with_the_stop_at_its_high():
    tape = daily(*mirrored([*calm(30), MOTHER, INSIDE, BEYOND]))
    assert hits(InsideBar(), tape) == [("breakdown", -1)]
    assert shown(InsideBar(), tape, "breakdown")["stop"] == 100.0


@pytest.mark.parametrize(
    ("inside", "last"),
    [
        ((101.0, 102.0, 100.0, 100.5, 1e6), (101.0, 103.0, 100.8, 102.5, 1e6)),  # an equal high is not inside
        ((101.0, 101.5, 99.0, 100.5, 1e6), BEYOND),  # an equal low
        (INSIDE, (101.0, 102.5, 100.8, 101.59, 1e6)),  # beyond by less than a tenth of a percent
        (INSIDE, (101.0, 102.5, 100.8, 101.4, 1e6)),  # only its high was beyond
    ],
)
def test_near_misses_are_no_hits(inside, last):
    for tape in ([*calm(30), MOTHER, inside, last], mirrored([*calm(30), MOTHER, inside, last])):
        assert at_last(InsideBar(), daily(*tape)) == []


def test_t1_a_later_close_reaches_the_level_of_the_completed_bar():
    """Comparing a bar's close with its own high could never be true."""
    assert at_last(InsideBar(), daily(*calm(30), MOTHER, INSIDE, BEYOND)) == ["breakout"]


def test_t2_the_last_bar_is_not_the_setup_bar():
    assert at_last(InsideBar(), daily(*calm(30), MOTHER, INSIDE)) == []


def test_cheap_and_thin_names_are_not_looked_at():
    tape = [*calm(30), MOTHER, INSIDE, BEYOND]
    assert at_last(InsideBar(), daily(*[(o / 25, h / 25, l / 25, c / 25, v * 25) for o, h, l, c, v in tape])) == []
    assert at_last(InsideBar(), daily(*[(o, h, l, c, v / 25) for o, h, l, c, v in tape])) == []
    assert at_last(InsideBar(min_dollar_volume=0), daily(*[(o, h, l, c, v / 25) for o, h, l, c, v in tape])) == [
        "breakout"
    ]


def test_t4_the_same_pattern_is_found_on_weekly_bars():
    assert hits(InsideBar(), daily(*calm(30), MOTHER, INSIDE, BEYOND, timeframe="1w")) == [("breakout", -1)]
