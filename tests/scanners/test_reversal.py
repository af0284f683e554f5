from __future__ import annotations

import pytest

from tapehawk.scanners.reversal import Reversal
from tests.scanners.tape import at_last, calm, daily, mirrored, shown
from tests.scanners.test_momentum import climb

FALL = climb(99.6, 99.2, 98.9, 98.4, 98.0)  # the last of them: 98.5 to 97.9
TURN = (97.8, 98.7, 97.6, 98.5, 1.3e6)


def test_a_busy_wide_bar_that_takes_back_half_of_the_one_before_turns_a_fall():
    tape = daily(*calm(30), *FALL, TURN)
    assert at_last(Reversal(), tape) == ["up"]
    row = shown(Reversal(), tape, "up")
    assert row["stop"] == 97.6
    assert row["move_atr"] < -1.5


def test_the_mirror_image_turns_a_rise():
    tape = daily(*mirrored([*calm(30), *FALL, TURN]))
    assert at_last(Reversal(), tape) == ["down"]
    assert shown(Reversal(), tape, "down")["stop"] == pytest.approx(102.4)


def test_the_stop_is_the_extreme_of_the_move_even_where_the_turning_bar_did_not_make_it():
    deep = [*FALL[:3], (98.9, 99.0, 96.5, 98.4, 1e6), FALL[4]]
    assert shown(Reversal(), daily(*calm(30), *deep, TURN), "up")["stop"] == 96.5


@pytest.mark.parametrize(
    ("fall", "turn"),
    [
        (climb(99.9, 99.8, 99.7, 99.6, 99.5), (99.4, 100.0, 99.2, 99.9, 1.3e6)),  # no move to turn
        (FALL, (98.0, 98.5, 97.95, 98.4, 1.3e6)),  # narrower than the bar before
        (FALL, (97.8, 98.7, 97.6, 98.1, 1.3e6)),  # closes below the middle of the bar before
        (FALL, (97.8, 98.7, 97.6, 98.5, 1.1e6)),  # too quiet
    ],
)
def test_near_misses_are_no_hits(fall, turn):
    for tape in ([*calm(30), *fall, turn], mirrored([*calm(30), *fall, turn])):
        assert at_last(Reversal(), daily(*tape)) == []


def test_t2_a_wide_bar_alone_reverses_nothing():
    assert at_last(Reversal(), daily(*calm(36), (100.0, 101.5, 99.9, 101.4, 3e6))) == []
