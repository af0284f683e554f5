from __future__ import annotations

import pytest

from tapehawk.scanners.momentum import Momentum
from tests.scanners.tape import at_last, calm, daily, hits, mirrored, shown


def climb(*closes, start=100.0):
    """Bars that open at the close before and have a wick of 0.1 at both ends."""
    bars, last = [], start
    for close in closes:
        bars.append((last, max(last, close) + 0.1, min(last, close) - 0.1, close, 1e6))
        last = close
    return bars


FIVE_UP = climb(100.4, 100.8, 100.7, 101.2, 101.9)


def test_four_green_bars_of_five_that_move_two_atr_are_a_buy():
    tape = daily(*calm(30), *FIVE_UP)
    assert at_last(Momentum(), tape) == ["continuation_up"]
    row = shown(Momentum(), tape, "continuation_up")
    assert (row["stop"], row["entry"]) == (pytest.approx(101.1), 101.9)
    assert row["move_atr"] > 2


def test_the_mirror_image_is_a_sell():
    tape = daily(*mirrored([*calm(30), *FIVE_UP]))
    assert at_last(Momentum(), tape) == ["continuation_down"]
    assert shown(Momentum(), tape, "continuation_down")["stop"] == pytest.approx(98.9)


@pytest.mark.parametrize(
    "bars",
    [
        climb(100.4, 100.3, 100.2, 101.2, 101.9),  # three green bars
        climb(100.2, 100.4, 100.3, 100.5, 100.7),  # four, but the move is short
        [*FIVE_UP[:4], (101.2, 103.0, 101.1, 101.9, 1e6)],  # closes in the middle
        [*climb(100.6, 101.2, 101.8, 102.4), (102.5, 102.51, 102.3, 102.45, 1e6)],  # the last bar is red
    ],
)
def test_near_misses_are_no_hits(bars):
    for tape in ([*calm(30), *bars], mirrored([*calm(30), *bars])):
        assert at_last(Momentum(), daily(*tape)) == []


def test_a_bar_without_a_range_has_no_outer_third():
    assert at_last(Momentum(), daily(*calm(30), *FIVE_UP, (101.9, 101.9, 101.9, 101.9, 1e6))) == []


def test_the_five_bars_are_this_symbols_own():
    assert (
        hits(Momentum(min_dollar_volume=0, min_bars=1, min_move_atr=0), daily(*FIVE_UP)) == []
    )  # no ATR before 14 bars
