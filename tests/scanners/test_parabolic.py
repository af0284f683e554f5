from __future__ import annotations

import pytest

from tapehawk.core.evaluate import evaluate
from tapehawk.core.scanner import AT_OPEN
from tapehawk.scanners.parabolic import Parabolic
from tests.scanners.tape import at_last, daily, found, shown


def rising(*gains, price=20.0, volume=3e6):
    """Bars that each close higher by a percentage, open at the close before and have a wick of half a percent."""
    bars = []
    for gain in gains:
        last = price * (1 + gain / 100)
        bars.append((price, max(price, last) * 1.005, min(price, last) * 0.995, last, volume))
        price = last
    return bars


def busy(bars, volume):
    return [(o, h, l, c, volume) for o, h, l, c, _ in bars]


QUIET = rising(*[0.1, -0.1] * 25)
CLIMB = rising(*[4] * 10, price=QUIET[-1][3])
BLOW_OFF = busy(rising(9, 12, 40, price=CLIMB[-1][3]), 12e6)
SUDDEN = busy(rising(9, 12, 40, price=QUIET[-1][3]), 12e6)
BEFORE = [*QUIET, *CLIMB, *BLOW_OFF]
LAST = BEFORE[-1][3]


def opening(at, *, rest=(1.0, 1.0, 1.0, 3e6)):
    """Today's bar: an open, and a high, low and close in times of it, which nobody knows yet."""
    up, down, close, volume = rest
    return (at, at * up, at * down, at * close, volume)


def test_a_gap_up_after_a_blow_off_is_a_sell_at_the_open():
    tape = daily(*BEFORE, opening(LAST * 1.08))
    assert at_last(Parabolic(), tape) == ["a_plus"]
    row = shown(Parabolic(), tape, "a_plus")
    atr = evaluate(tape.block(0, 1), next(Parabolic().setups()).stop)[0][-1] - LAST * 1.08
    assert (row["entry"], row["stop"]) == (LAST * 1.08, pytest.approx(LAST * 1.08 + atr))
    assert atr > 0


def test_it_is_known_at_the_open():
    assert {setup.known for setup in Parabolic().setups()} == {AT_OPEN}


@pytest.mark.parametrize(
    "tape",
    [
        [*BEFORE, opening(LAST * 1.02)],  # the gap is too small
        [*QUIET, *CLIMB, *busy(BLOW_OFF, 3e6), opening(LAST * 1.08)],  # no volume
        [*QUIET, *SUDDEN, opening(SUDDEN[-1][3] * 1.08)],  # no slope of fifteen days
        [*QUIET, *CLIMB, *BLOW_OFF[:2], opening(BLOW_OFF[1][3] * 1.08)],  # no wide day before
    ],
)
def test_near_misses_are_no_hits(tape):
    assert "a_plus" not in at_last(Parabolic(), daily(*tape))


def test_l11_of_today_only_the_open_is_used():
    """Whatever the day became, the answer at its open is the same, with every number it shows."""
    calm_day = shown(Parabolic(), daily(*BEFORE, opening(LAST * 1.08)), "a_plus")
    wild_day = shown(Parabolic(), daily(*BEFORE, opening(LAST * 1.08, rest=(3.0, 0.2, 0.3, 9e7))), "a_plus")
    assert wild_day == calm_day


def test_l12_a_gap_down_of_the_same_size_is_no_hit():
    assert at_last(Parabolic(), daily(*BEFORE, opening(LAST * 0.92))) == []


def test_both_options_are_off_and_work():
    high = BEFORE[-1][1]
    tape = daily(*BEFORE, opening(high * 1.05))
    assert at_last(Parabolic(above_previous_high=True, min_previous_gain_pct=30), tape) == ["a_plus"]
    assert at_last(Parabolic(min_previous_gain_pct=50), tape) == []


def test_l22_floors_are_of_prices_as_traded():
    tape = [*BEFORE, opening(LAST * 1.08)]
    as_traded = {name: [bar[i] / 10 for bar in tape] for i, name in enumerate(("open", "high", "low", "close"))}
    panel = daily(*tape, raw={**as_traded, "volume": [bar[4] * 10 for bar in tape]})
    assert at_last(Parabolic(), panel) == []
    assert at_last(Parabolic(min_price=1, min_previous_close=1), panel) == ["a_plus"]


LONG_AGO = rising(*[0.5] * 60, *[-0.5] * 90, *[0.05, -0.05] * 290, volume=20e6)
STRONG = busy(rising(3, 4, 5, price=LONG_AGO[-1][3]), 30e6)


def test_a_gap_up_below_the_high_of_three_years_is_a_backside():
    high = STRONG[-1][1]
    assert at_last(Parabolic(), daily(*LONG_AGO, *STRONG, opening(high * 1.05))) == ["backside"]
    assert at_last(Parabolic(), daily(*LONG_AGO, *STRONG, opening(high * 0.999))) == []
    assert at_last(Parabolic(), daily(*LONG_AGO, *busy(STRONG, 14e6), opening(high * 1.05))) == []


def test_l24_less_than_three_years_of_history_is_unknown():
    tape = daily(*LONG_AGO[-600:], *STRONG, opening(STRONG[-1][1] * 1.05))
    backside = found(Parabolic(), tape)["backside"]
    assert backside.bar.size == 0
    position = next(step for step in backside.steps if "three years" in step.name)
    assert position.unknown > 0


def test_near_the_high_of_three_years_there_is_no_backside():
    rising_for_years = rising(*[0.1] * 740, volume=20e6)
    last = busy(rising(3, 4, 5, price=rising_for_years[-1][3]), 30e6)
    assert at_last(Parabolic(), daily(*rising_for_years, *last, opening(last[-1][1] * 1.05))) == []


def test_l10_the_floors_at_the_open_are_of_the_open_and_of_the_close_before():
    tape = daily(*BEFORE, opening(LAST * 1.08, rest=(1.0, 0.01, 0.01, 3e6)))  # it closes at a dollar
    assert at_last(Parabolic(), tape) == ["a_plus"]
    assert at_last(Parabolic(min_price=LAST * 1.08 + 0.01), tape) == []
    assert at_last(Parabolic(min_previous_close=LAST), tape) == []


def test_the_score_grows_with_the_gap_and_is_above_fifty_where_every_threshold_is_met():
    small, large = (shown(Parabolic(), daily(*BEFORE, opening(LAST * up)), "a_plus")["score"] for up in (1.03, 1.04))
    assert 50 <= small < large <= 100
