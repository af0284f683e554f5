"""LC on hand-made tapes; the whole of it on real bars is checked in test_lc_independent.py."""

from __future__ import annotations

import numpy as np
import pytest

from tapehawk.core.columns import close
from tapehawk.core.evaluate import evaluate
from tapehawk.scanners.lc import COLUMNS, Lc
from tapehawk.scanners.lc import features as f
from tests.scan.market import ask
from tests.scanners.tape import START, at_last, daily, found, hits, market, shown

QUIET = [(50.0, 50.3, 49.8, 50.0, 12e6)] * 60


def rising(*gains, price=50.0, volume=15e6):
    """Bars that open at the close before, rise by a percentage and have small wicks."""
    bars = []
    for gain in gains:
        last = price * (1 + gain / 100)
        bars.append((price, last * 1.004, price * 0.996, last, volume))
        price = last
    return bars


CLIMB = [*rising(*[5] * 11), *rising(8, price=50 * 1.05**11, volume=9e6)]  # the day before is too quiet for a third day
BEFORE = [*QUIET, *CLIMB]
LAST = BEFORE[-1][3]  # 92.36
EXTENDED = (LAST * 1.03, LAST * 1.25, LAST * 1.02, LAST * 1.22, 30e6)
TAPE = [*BEFORE, EXTENDED]
BOTH = ["lc_frontside_d2_extended", "lc_frontside_d2_extended_1"]


def with_last(**changed):
    """Return the tape with some values of its last bar changed."""
    values = dict(zip(("open", "high", "low", "close", "volume"), EXTENDED, strict=True)) | changed
    return daily(*BEFORE, tuple(values.values()))


def test_a_large_cap_far_above_its_averages_is_a_hit_of_the_second_day():
    assert at_last(Lc(), daily(*TAPE)) == BOTH


def test_the_third_day_asks_the_same_of_the_day_before():
    tape = [*QUIET, *rising(*[6] * 11, 12), (104.0, 120.0, 103.0, 118.0, 30e6), (119.0, 150.0, 118.0, 148.0, 30e6)]
    assert "lc_frontside_d3_extended_1" in at_last(Lc(), daily(*tape))
    assert "lc_frontside_d3_extended_1" not in at_last(Lc(), daily(*TAPE))


@pytest.mark.parametrize(
    ("changed", "left"),
    [
        ({"high": LAST * 1.149, "close": LAST * 1.14}, BOTH[:1]),  # a gain below 15 %
        ({"low": CLIMB[-1][2] * 0.999}, []),  # a lower low
        ({"close": EXTENDED[0] * 0.99}, []),  # red
        ({"volume": 9.9e6}, []),  # too few shares
        ({"volume": 4.0e6}, []),
    ],
)
def test_near_misses_are_no_hits(changed, left):
    assert at_last(Lc(), with_last(**changed)) == left


def test_a_side_gives_it_levels_beyond_the_days_extreme():
    atr = evaluate(daily(*TAPE).block(0, 1), f.atr)[0][-1]
    assert shown(Lc(side="long"), daily(*TAPE), BOTH[0])["stop"] == pytest.approx(EXTENDED[2] - 0.25 * atr)
    assert shown(Lc(side="short"), daily(*TAPE), BOTH[0])["stop"] == pytest.approx(EXTENDED[1] + 0.25 * atr)
    assert "stop" not in shown(Lc(), daily(*TAPE), BOTH[0])


RANGE_ROW = [
    "ticker", "date", "lc_frontside_d2_extended", "lc_frontside_d2_extended_1", "lc_frontside_d3_extended_1", "volume",
    "gap_pct", "parabolic_score", "dollar_volume", "close_price", "high_price", "low_price", "open_price", "ema9",
    "ema20", "ema50", "ema200", "atr", "high_chg_atr", "dist_h_9ema_atr", "dist_h_20ema_atr", "close_range", "labels",
]  # fmt: skip


def test_a_row_of_a_range_has_every_column_that_the_api_promises():
    """Its `atr` too, which has the name of a column of the house: it is the one that the distances are in."""
    (row,) = ask(daily(*TAPE), Lc(), start_date=START).results
    assert list(row) == RANGE_ROW
    assert row["atr"] == evaluate(daily(*TAPE).block(0, 1), f.atr)[0][-1]
    assert row["high_chg_atr"] == pytest.approx((row["high_price"] - row["open_price"]) / row["atr"])
    assert None not in row.values()


def test_l1_the_first_rows_of_a_symbol_know_nothing_of_the_symbol_before_it():
    together = market({"AAA": BEFORE, "BBB": TAPE})
    alone = found(Lc(), daily(*TAPE))
    for pattern, one in found(Lc(), together).items():
        second = one.bar >= len(BEFORE)
        assert (one.bar[second] - len(BEFORE)).tolist() == alone[pattern].bar.tolist()
        for name, column in one.columns.items():
            assert column[second].tolist() == alone[pattern].columns[name].tolist(), name
    first = evaluate(together.block(1, 2), f.gap_pct, f.atr, f.rvol5)
    assert all(np.isnan(column[0]) for column in first)


def test_l2_the_close_range_is_of_the_whole_bar_and_null_without_one():
    tape = daily((10.0, 12.0, 8.0, 11.0, 1.0), (10.0, 10.0, 8.0, 9.0, 1.0), (9.0, 9.0, 9.0, 9.0, 1.0))
    values = evaluate(tape.block(0, 1), f.close_range)[0]
    assert values[:2].tolist() == [0.75, 0.5]  # over high - open: 1.5 and infinite
    assert np.isnan(values[2])


def test_l3_the_dollar_volume_of_five_days_counts_each_day_once():
    tape = daily(*[(1.0, 1.0, 1.0, 1.0, 10.0**k) for k in range(6)])
    assert evaluate(tape.block(0, 1), f.dollar_volume_of_5_before)[0][-1] == 11_111.0


def test_l4_the_floor_of_the_older_uptrend_and_first_breakout_is_twenty_dollars():
    rise = [(20 + 0.2 * i, 20.4 + 0.2 * i, 19.9 + 0.2 * i, 20.3 + 0.2 * i, 30e6) for i in range(290)]
    price = rise[-1][3]
    fired = at_last(Lc(og=True), daily(*rise, (price * 1.001, price * 1.06, price, price * 1.055, 30e6)))
    assert "lc_og_frontside_d2_uptrend" in fired
    assert "lc_og_fbo" in at_last(Lc(og=True), daily(*rise[:252], *base_below(rise[251][3])))


def base_below(price):
    """A high, four bars below it, and a strong bar that comes back to it."""
    top = price * 1.10
    bars = [(price, top, price * 0.99, price, 30e6), *[(price, price * 1.01, price * 0.99, price, 30e6)] * 3]
    return [*bars, (price, top * 0.995, price * 0.99, top * 0.99, 30e6)]


def test_l6_quiet_and_red_days_are_the_days_before_like_any_other():
    """The gain is over yesterday's close, though yesterday was red and traded little."""
    red = (LAST, LAST * 1.001, LAST * 0.93, LAST * 0.95, 1e5)
    tape = daily(*BEFORE, red, (LAST * 0.96, LAST * 1.15, LAST * 0.94, LAST * 1.14, 30e6))
    gain, gap = evaluate(tape.block(0, 1), f.high_gain, f.gap_pct)
    assert (gain[-1], gap[-1]) == (pytest.approx(1.15 / 0.95 - 1), pytest.approx(0.96 / 0.95 - 1))


def test_l7_l24_a_new_listing_is_no_breakout_it_is_unknown():
    for days in (1, 2, 14, 20, 49):
        one = found(Lc(og=True), daily(*TAPE[-days:]))["lc_frontside_d2_extended"]
        assert one.bar.size == 0
        (history,) = [step for step in one.steps if step.name == "history of 50 bars"]
        assert history.passed == 0
        assert history.unknown > 0
    assert hits(Lc(og=True), daily((50.0, 80.0, 49.0, 79.0, 9e7))) == []
    assert at_last(Lc(), daily(*TAPE[-50:])) == []
    assert at_last(Lc(), daily(*TAPE[-51:])) == BOTH


def test_l8_nothing_is_rounded_before_it_is_compared():
    """A gain of 14.51 % would be 0.15 with two decimals."""
    assert at_last(Lc(), with_last(high=LAST * 1.1451, close=LAST * 1.14)) == BOTH[:1]
    assert at_last(Lc(), with_last(high=LAST * 1.1501, close=LAST * 1.14)) == BOTH


def test_l13_a_wide_day_does_not_shrink_its_own_multiple_and_lagged_distances_use_the_same_atr():
    calm, wild = daily(*TAPE), with_last(high=LAST * 2, low=LAST * 0.99)
    atr = evaluate(calm.block(0, 1), f.atr)[0][-1]
    assert evaluate(wild.block(0, 1), f.atr)[0][-1] == atr
    ranges = [
        max(h - l, abs(h - c), abs(l - c))
        for (_, h, l, _, _), (*_, c, _) in zip(BEFORE[-14:], BEFORE[-15:-1], strict=True)
    ]
    assert atr == pytest.approx(sum(ranges) / 14)
    before = evaluate(calm.block(0, 1), f.rise_atr(1))[0][-1]
    assert before == pytest.approx((BEFORE[-1][1] - BEFORE[-1][0]) / atr)


def test_l18_a_longer_history_changes_no_hit_and_no_window():
    longer = daily(*QUIET, *QUIET, *QUIET, *TAPE)
    assert at_last(Lc(), longer) == BOTH
    short_row, long_row = shown(Lc(), daily(*TAPE), BOTH[0]), shown(Lc(), longer, BOTH[0])
    for name in COLUMNS:
        assert short_row[name] == pytest.approx(long_row[name], rel=1e-3), name


def score_of(*bars):
    return evaluate(daily(*bars).block(0, 1), f.parabolic_score())[0][-1]


def test_l19_where_nothing_burst_the_score_is_zero():
    falling = rising(*[-1] * 30)
    assert score_of(*falling) == 5.0  # for a volume as usual; nothing else


def test_l19_the_score_is_of_the_day_before_and_at_most_100():
    assert score_of(*TAPE) == score_of(*BEFORE, (1.0, 2.0, 0.5, 1.5, 1.0))
    bars = [*QUIET, (52.0, 56.0, 51.9, 55.8, 20e6), (58.0, 70.0, 57.5, 69.5, 80e6), (80.0, 81.0, 79.0, 80.0, 1e6)]
    assert 90 <= score_of(*bars) <= 100


def test_l19_rvol_leaves_the_bar_itself_out():
    tape = daily(*QUIET[:10], (50.0, 50.3, 49.8, 50.0, 24e6))
    assert evaluate(tape.block(0, 1), f.rvol5)[0][-1] == pytest.approx(2.0)


def test_l22_tiers_and_floors_are_of_the_price_and_the_shares_of_that_day():
    """Today's price was traded at a tenth of the adjusted one: another tier asks for a gain of 30 %."""
    prices = {name: [bar[i] / 10 for bar in TAPE] for i, name in enumerate(("open", "high", "low", "close"))}
    as_traded = {**prices, "volume": [bar[4] * 10 for bar in TAPE]}
    assert at_last(Lc(), daily(*TAPE, raw=as_traded)) == []
    few_shares = {**{name: [bar[i] for bar in TAPE] for i, name in enumerate(("open", "high", "low", "close"))}}
    assert at_last(Lc(), daily(*TAPE, raw={**few_shares, "volume": [9e6] * len(TAPE)})) == []


def test_the_older_patterns_are_off_unless_asked_for():
    assert len(list(Lc().setups())) == 3
    assert len(list(Lc(og=True).setups())) == 15
    assert evaluate(daily(*TAPE).block(0, 1), close)[0][-1] == EXTENDED[3]
