"""The history an expression says it needs, against where its values begin and when two pasts are forgotten."""

from __future__ import annotations

import numpy as np
import pytest

from tapehawk.core import indicators as i
from tapehawk.core.columns import close, high, low, minute, volume
from tapehawk.core.evaluate import evaluate
from tapehawk.core.expr import call, known, on, rank, where
from tapehawk.core.kernels import NEVER
from tapehawk.core.panel import Panel
from tapehawk.core.timeframes import for_bars
from tapehawk.core.warmup import Bars, settling, warmup
from tests.core.every_indicator import every_indicator
from tests.core.random_bars import random_panel

DAILY = {
    "close": close,
    "a lag": close[7],
    "sma": i.sma(close, 20)[1],
    "a lag of a ratio of averages": (i.sma(close, 5) / i.sma(close, 30))[2],
    "highest of a change": i.highest(close - close[1], 10),
    "rsi": i.rsi(14),
    "macd": i.macd().histogram,
    "atr": i.atr(14),
    "true range": i.true_range(),
    "adx": i.adx().adx,
    "rvol": i.rvol(20),
    "bollinger": i.bollinger().percent_b,
    "stoch": i.stoch().d,
    "week": on("1d", i.sma(close, 4)),
}
HALF_HOURS = {
    "hour": on("1h", i.sma(close, 3)),
    "day": on("1d", i.highest(high, 3)) * 1.01,
    "hour within day": on("1d", on("1w", low) / close),
    "beside": on("1d", close) / i.sma(close, 30)[2],
}


def first_value(x, panel: Panel) -> int:
    (column,) = evaluate(panel.block(0, 1), x)
    return int(np.flatnonzero(~np.isnan(column))[0])


@pytest.mark.parametrize("name", DAILY)
def test_values_begin_where_the_warm_up_says_on_daily_bars(name):
    x = DAILY[name]
    assert warmup(for_bars(x, "1d")) == first_value(x, random_panel((300,), seed=4))


@pytest.mark.parametrize("name", HALF_HOURS)
def test_and_on_half_hours_from_a_mondays_open(name):
    x = HALF_HOURS[name]
    assert warmup(for_bars(x, "30m"), Bars("30m")) == first_value(x, random_panel((400,), "30m", seed=4))


WEEK = {"1d": 5, "30m": 65}  # bars


def after(weeks: int, x, timeframe: str, settled: int) -> tuple[np.ndarray, np.ndarray]:
    """Return x, and the closes, on the bars behind the first `settled` that follow some weeks of a past."""
    n, later = weeks * WEEK[timeframe], settled + 40
    past, now = (random_panel((bars,), timeframe, seed=seed).columns for bars, seed in ((n, weeks), (later, 1)))
    past["session"] -= 7 * weeks
    columns = {name: np.concatenate((past[name], now[name])) for name in now}
    panel = Panel(("A",), np.array([0, n + later]), np.arange(n + later), columns, timeframe=timeframe)
    return evaluate(panel.block(0, 1), x)[0][n + settled :], columns["close"][n + settled :]


def forgets(x, timeframe: str, settled: int) -> None:
    """Fail if x tells two pasts apart: at all where it is made of windows, else by 1e-9 of the price, or of a hundred.

    What is no price is in percent: what decays is exact to a share of the price or of the scale, not of what is left of
    a difference.
    """
    (long, price), (short, _) = (after(weeks, x, timeframe, settled) for weeks in (40, 12))
    if settled == warmup(for_bars(x, timeframe), Bars(timeframe)):
        np.testing.assert_array_equal(long, short)
    else:
        scale = price if x.power else 100.0
        assert (np.abs(long.astype(float) - short) <= 1e-9 * scale).all()


INDICATORS = every_indicator()
TOTALS = {"ad", "anchored_vwap", "obv", "psar", "since", "supertrend"}


def settled_after(name: str, timeframe: str = "1d") -> int:
    return settling(for_bars(INDICATORS[name], timeframe), Bars(timeframe))


@pytest.mark.parametrize("timeframe", ["1d", "30m"])
@pytest.mark.parametrize("name", [name for name in INDICATORS if name.partition(".")[0] not in TOTALS])
def test_two_pasts_are_forgotten_after_the_settling_of_every_indicator(name, timeframe):
    forgets(INDICATORS[name], timeframe, settled_after(name, timeframe))


@pytest.mark.parametrize("name", ["atr", "macd.line", "true_range", "sma", "rvol_tod"])
def test_a_settling_that_is_stated_too_short_is_caught(name):
    with pytest.raises(AssertionError):
        forgets(INDICATORS[name], "1d", settled_after(name) * 3 // 4)


def test_totals_and_trails_never_settle_and_all_others_do():
    assert {name.partition(".")[0] for name in INDICATORS if settled_after(name) == NEVER} == TOTALS
    assert settling(for_bars(close / i.sma(close, 5) + 0 * i.obv() / volume, "1d")) == NEVER


def test_a_value_that_stands_in_costs_no_history():
    assert warmup(where(known(close[1]), close - close[1], high - low)) == 0
    assert warmup(where(known(close[1]), close - close[5], high - low)) == 5


def test_a_rank_needs_what_it_ranks_and_a_number_nothing():
    assert warmup(rank(close / close[20])) == 20
    assert warmup(close * 0 + call("delay", close, params=(3,)) - 0) == 3
    assert warmup(minute) == 0


def test_a_weekly_bar_holds_five_sessions_and_in_crypto_seven():
    assert Bars("1d").in_one_of("1w") == 5
    assert Bars("1d", calendar="crypto").in_one_of("1w") == 7
    assert Bars("30m").in_one_of("1d") == 13
    assert Bars("30m", "extended").in_one_of("1d") == 32
    assert Bars("5m").in_one_of("4h") == 48
