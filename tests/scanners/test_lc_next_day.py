"""The next-day check of LC: rows of their own, dated by the morning that decides them."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from tapehawk.core.errors import BadInput
from tapehawk.core.panel import Panel
from tapehawk.core.sessions import us_calendar
from tapehawk.scanners.lc import Lc
from tapehawk.scanners.lc.next_day import TOO_LOW, TOO_THIN, UNKNOWN, Hit, least_price, next_day
from tests.scanners.tape import Minute, intraday, sessions

D = 4  # the hit's session on the tape; its morning after is session 5
DAYS = sessions(10)
HIT = Hit("AAA", "lc_frontside_d2_extended", int(DAYS[D]), high=110.0, low=90.0, close=105.0, atr=6.0)
LEAST = 105.0 + 0.5 * 20.0


def mornings(*, opens=116.0, volume=1e5, without=(), minutes=30) -> Panel:
    """Sessions D-4 … D+1, each with two premarket bars and the 09:30 bar; D+1 opens as said."""
    tape = []
    for day in range(D + 2):
        price = opens if day == D + 1 else 100.0
        at_open = (price, price * 1.01, price * 0.99, price, 1e6)
        bars = [
            (270, (price, price * 1.02, price * 0.99, price, volume)),
            (300, (price, price, price, price, volume)),
            (330, at_open),
        ]
        tape += [Minute(day, minute, bar) for minute, bar in bars if (day, minute) not in without]
    return intraday(f"{minutes}m", tape, hours="extended")


def checked(hit=HIT, **bars):
    return next_day([hit], mornings(**bars), us_calendar())


def test_an_open_above_the_least_price_confirms_the_setup():
    (row,) = checked().rows
    assert (row.symbol, row.pattern, row.open_next_day, row.min_price) == ("AAA", HIT.pattern, 116.0, LEAST)
    assert row.min_pct == pytest.approx(100 * (LEAST / 105.0 - 1))
    assert row.pmh_next_day == pytest.approx(116.0 * 1.02)
    assert row.pm_dol_vol_next_day == pytest.approx(116.0 * 2e5)
    assert row.avg_5d_pm_dol_vol == pytest.approx(100.0 * 2e5)


def test_l9_the_row_is_dated_and_known_on_the_next_session_at_the_open():
    (row,) = checked().rows
    assert (row.setup_date, row.trigger_date) == (DAYS[D], DAYS[D + 1])
    assert row.known_at == us_calendar().open_of(np.array([DAYS[D + 1]]))[0]


def test_l9_over_a_week_end_the_next_session_is_monday():
    friday = next(i for i in range(4, 10) if (DAYS[i] + 4) % 7 == 5)
    assert friday == D
    assert DAYS[D + 1] - DAYS[D] == 3


def test_an_open_below_it_is_counted_and_not_a_row():
    answer = checked(opens=114.9)
    assert answer.rows == ()
    assert answer.without == {UNKNOWN: 0, TOO_LOW: 1, TOO_THIN: 0}


def test_a_premarket_below_ten_million_dollars_is_too_thin():
    assert checked(volume=49_999.0).without[TOO_THIN] == 1
    assert len(checked(volume=50_000.0).rows) == 1


def test_only_the_older_patterns_ask_the_same_of_the_next_morning_itself():
    quiet = mornings()
    quiet.columns["volume"][-3:-1] = 1e3
    older = dataclasses.replace(HIT, pattern="lc_og_frontside_d2")
    answer = next_day([HIT, older], quiet, us_calendar())
    assert [row.pattern for row in answer.rows] == [HIT.pattern]
    assert answer.without[TOO_THIN] == 1


def test_l5_every_pattern_has_a_least_price_the_front_side_third_day_too():
    for setup in Lc(og=True).setups():
        least = least_price(dataclasses.replace(HIT, pattern=setup.pattern))
        assert least == (115.0 if "_d2" in setup.pattern else 110.0 if "fbo" in setup.pattern else 111.0), setup.pattern
    third_day = dataclasses.replace(HIT, pattern="lc_og_frontside_d3_extended_1")
    assert len(checked(third_day, opens=111.0).rows) == 1
    assert len(checked(third_day, opens=110.9).rows) == 0


def test_the_first_breakout_asks_for_the_high_or_half_an_atr():
    first_breakout = dataclasses.replace(HIT, pattern="lc_og_fbo")
    assert least_price(first_breakout) == 110.0
    assert least_price(dataclasses.replace(first_breakout, atr=12.0)) == 111.0


@pytest.mark.parametrize("day", range(6))
@pytest.mark.parametrize("missing", [(270, 300), (330,)])
def test_l16_l17_a_morning_without_its_bars_is_unknown_not_zero(day, missing):
    """It is counted, whichever of the six sessions it is and whichever pattern asks."""
    for pattern in ("lc_frontside_d2_extended", "lc_og_frontside_d2", "lc_og_backside_d2", "lc_og_fbo"):
        answer = checked(dataclasses.replace(HIT, pattern=pattern), without=[(day, minute) for minute in missing])
        assert answer.rows == ()
        assert answer.without == {UNKNOWN: 1, TOO_LOW: 0, TOO_THIN: 0}


def test_l16_the_open_is_that_of_the_opening_bar_and_of_no_earlier_one():
    assert checked(opens=200.0, without=[(5, 330)]).rows == ()


def test_l15_a_symbol_that_was_cut_off_is_counted():
    answer = checked(dataclasses.replace(HIT, symbol="ZZZ"))
    assert answer.without[UNKNOWN] == 1


def test_bars_finer_than_half_an_hour_give_the_same():
    assert checked(minutes=5) == checked()


def test_the_check_is_no_filter_on_the_hits():
    hits = [HIT, dataclasses.replace(HIT, symbol="ZZZ")]
    answer = next_day(iter(hits), mornings(), us_calendar())
    assert len(answer.rows) + sum(answer.without.values()) == len(hits)


def test_l8_nothing_is_rounded():
    assert checked(opens=LEAST - 0.004).rows == ()
    assert len(checked(opens=LEAST).rows) == 1


def test_regular_bars_are_refused():
    regular = intraday("30m", [Minute(0, 0, (1.0, 1.0, 1.0, 1.0, 1.0))])
    with pytest.raises(BadInput, match="extended bars"):
        next_day([HIT], regular, us_calendar())
