from __future__ import annotations

import pytest

from tapehawk.scanners.outside_bar import OutsideBar
from tests.scanners.tape import at_last, calm, daily, hits, mirrored, shown

OUTSIDE, BEYOND = (99.8, 101.0, 99.0, 100.9, 1e6), (101.0, 101.6, 100.9, 101.5, 1e6)


def test_a_close_beyond_a_green_outside_bar_is_a_buy_with_the_stop_at_its_low():
    tape = daily(*calm(30), OUTSIDE, BEYOND)
    assert hits(OutsideBar(), tape) == [("follow_through_up", -1)]
    assert shown(OutsideBar(), tape, "follow_through_up")["stop"] == 99.0


def test_a_close_beyond_a_red_outside_bar_is_a_sell_with_the_stop_at_its_high():
    tape = daily(*mirrored([*calm(30), OUTSIDE, BEYOND]))
    assert hits(OutsideBar(), tape) == [("follow_through_down", -1)]
    assert shown(OutsideBar(), tape, "follow_through_down")["stop"] == 101.0


@pytest.mark.parametrize(
    ("setup_bar", "last"),
    [
        ((99.8, 100.25, 99.0, 100.2, 1e6), BEYOND),  # as high as the bar before, not higher
        ((99.8, 101.0, 99.75, 100.9, 1e6), BEYOND),  # as low
        ((100.9, 101.0, 99.0, 99.8, 1e6), BEYOND),  # red, and the close is above
        ((100.0, 101.0, 99.0, 100.0, 1e6), BEYOND),  # a doji has no direction
        (OUTSIDE, (101.0, 101.6, 100.9, 101.05, 1e6)),  # beyond by less than a tenth of a percent
    ],
)
def test_near_misses_are_no_hits(setup_bar, last):
    assert at_last(OutsideBar(), daily(*calm(30), setup_bar, last)) == []
    assert at_last(OutsideBar(), daily(*mirrored([*calm(30), setup_bar, last]))) == []


def test_t1_the_level_is_that_of_the_completed_setup_bar_which_a_later_close_can_reach():
    outside_bar_alone = daily(*calm(30), OUTSIDE)
    assert hits(OutsideBar(), outside_bar_alone) == []
    assert hits(OutsideBar(), daily(*calm(30), OUTSIDE, BEYOND)) != []


def test_t2_the_bar_that_closes_beyond_is_not_the_setup_bar():
    follow_through_that_is_itself_outside = (100.9, 101.6, 98.0, 101.5, 1e6)
    tape = daily(*calm(31), follow_through_that_is_itself_outside)
    assert hits(OutsideBar(), tape) == []
