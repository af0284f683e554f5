"""The simulator's truth points at bars that satisfy the definitions, each judged here by plain loops."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

import polars as pl
import pytest

from tapehawk.data.providers.sim import Simulator

START, END = dt.date(2022, 6, 1), dt.date(2025, 3, 31)
HISTORY = dt.date(2021, 6, 1)


@dataclass(frozen=True)
class Bar:
    """One session, split-adjusted, with what was traded that day."""

    o: float
    h: float
    l: float
    c: float
    v: float
    c_traded: float
    v_traded: float


def adjusted(symbol_bars, splits):
    """Turn rows of one symbol into Bars in the shares of the last one."""
    bars = []
    for time, o, h, l, c, v in symbol_bars:
        later = math.prod(ratio for ex, ratio in splits if ex > time.date())
        bars.append(Bar(o / later, h / later, l / later, c / later, v * later, c, v))
    return bars


def true_ranges(bars):
    return [max(b.h - b.l, abs(b.h - p.c), abs(b.l - p.c)) for p, b in zip([bars[0], *bars[:-1]], bars, strict=True)]


def simple_atr(bars, i, n=14):
    """Mean true range of the n bars up to and including i."""
    return sum(true_ranges(bars[i - n : i + 1])[1:]) / n


def wilder_atr(bars, i, n=14):
    ranges = true_ranges(bars[: i + 1])
    value = sum(ranges[:n]) / n
    for one in ranges[n:]:
        value += (one - value) / n
    return value


def ema(bars, i, n):
    value = bars[0].c
    for bar in bars[1 : i + 1]:
        value += (bar.c - value) * 2 / (n + 1)
    return value


def mean_volume(bars, i, n=20):
    """Mean volume of the n bars before i."""
    return sum(bar.v for bar in bars[i - n : i]) / n


def flipped(bars):
    """The same market upside down (prices inverted), so that one definition serves both sides."""
    return [Bar(1 / b.o, 1 / b.l, 1 / b.h, 1 / b.c, b.v, b.c_traded, b.v_traded) for b in bars]


def inside_bar(b, i):
    return b[i - 1].h < b[i - 2].h and b[i - 1].l > b[i - 2].l and b[i].c > b[i - 1].h * 1.00101


def outside_bar(b, i):
    engulfs = b[i - 1].h > b[i - 2].h and b[i - 1].l < b[i - 2].l
    return engulfs and b[i - 1].c > b[i - 1].o and b[i].c > b[i - 1].h * 1.00101


def gap(b, i):
    return b[i].o / b[i - 1].c >= 1.0201 and b[i].c > b[i].o


def volume_spike(b, i):
    return b[i].v > 2 * mean_volume(b, i) and b[i].c > b[i].o


def momentum(b, i):
    up = sum(b[k].c > b[k].o and b[k].c > b[k - 1].c for k in range(i - 4, i + 1))
    up_before = sum(b[k].c > b[k].o and b[k].c > b[k - 1].c for k in range(i - 5, i))
    moves = (b[i].c - b[i - 5].c, b[i - 1].c - b[i - 6].c)
    located = (b[i].c - b[i].l) / (b[i].h - b[i].l)
    return min(up, up_before) >= 4 and b[i].c > b[i].o and min(moves) >= 2 * wilder_atr(b, i) and located >= 2 / 3


def reversal(b, i):
    fell = b[i - 6].c - b[i - 1].c
    middle = (b[i - 1].h + b[i - 1].l) / 2
    wider = b[i].h - b[i].l >= b[i - 1].h - b[i - 1].l
    atr = max(wilder_atr(b, i), wilder_atr(b, i - 1))
    return fell >= 1.5 * atr and wider and b[i].c > middle and b[i].v >= 1.2 * mean_volume(b, i)


def breakout(b, i):
    resistance = max(bar.h for bar in b[i - 5 : i])
    return b[i].c > resistance * 1.00503 and b[i].v >= 1.5 * mean_volume(b, i, 5)


def crp(b, i):
    width = (b[i].h - b[i].l) / b[i].c
    usual = sum((bar.h - bar.l) / bar.c for bar in b[i - 20 : i]) / 20
    located = (b[i].c - b[i].l) / (b[i].h - b[i].l)
    loud = b[i].v >= 1.2 * mean_volume(b, i)
    return located >= 0.8 and width <= 0.0295 and width <= 0.7 * usual and loud and b[i].c > b[i].o


def bands(b, i):
    """(middle, half width) of Bollinger's and Keltner's bands."""
    closes = [bar.c for bar in b[i - 19 : i + 1]]
    mean = sum(closes) / 20
    deviation = math.sqrt(sum((close - mean) ** 2 for close in closes) / 20)
    return (mean, 2 * deviation), (ema(b, i, 20), 1.5 * wilder_atr(b, i, 20))


def is_inside(b, i):
    (mean, bollinger), (middle, keltner) = bands(b, i)
    return mean + bollinger < middle + keltner and mean - bollinger > middle - keltner


def squeeze(b, i):
    mean, bollinger = bands(b, i)[0]
    return all(is_inside(b, k) for k in range(i - 5, i)) and b[i].c > mean + bollinger


def is_crowded(b, i):
    traded = sum(bar.v_traded for bar in b[i - 14 : i]) / 14
    return b[i].v >= 5 * mean_volume(b, i, 14) and traded >= 1e5


def crowd(b, i):
    return is_crowded(b, i) and b[i].c > b[i - 1].c


def quiet_crowd(b, i):
    still = abs(b[i].c - b[i - 1].c) <= 0.5 * wilder_atr(b, i - 1)
    return is_crowded(b, i) and still


TIERS = (  # price from, then the rises of facts 1.4: d2, d2_1, HH5/LL20, d3, h/LL20
    (90, 0.10, 0.15, 0.75, 0.05, 0.75),
    (50, 0.15, 0.20, 1.0, 0.07, 1.0),
    (25, 0.20, 0.30, 1.5, 0.10, 1.5),
    (15, 0.30, 0.50, 2.0, 0.20, 2.0),
    (5, 0.50, 1.00, 2.5, 0.30, 2.5),
)


def tier(bar):
    return next(row[1:] for row in TIERS if bar.c_traded >= row[0])


def lc_common(b, i):
    highest = max(bar.h for bar in b[i - 19 : i + 1])
    trend = b[i].h >= highest and ema(b, i, 9) >= ema(b, i, 20) >= ema(b, i, 50)
    return trend and b[i].v_traded >= 1e7 and b[i].c * b[i].v >= 5e8 and b[i].c >= b[i].o and b[i].l >= b[i - 1].l


def lc_d2(b, i, rise):
    atr = simple_atr(b, i - 1)
    extended = max(x.h for x in b[i - 5 : i]) / min(x.l for x in b[i - 20 : i]) - 1
    shape = b[i].h - b[i].o >= 1.5 * atr and b[i].h - ema(b, i, 9) >= 2 * atr and b[i].h - ema(b, i, 20) >= 3 * atr
    broken = b[i].h - max(x.h for x in b[i - 20 : i]) >= atr
    dollars = sum(x.c * x.v for x in b[i - 5 : i])
    risen = b[i].h / b[i - 1].c - 1 >= rise and extended >= tier(b[i])[2]
    return lc_common(b, i) and shape and broken and dollars >= 5e8 and risen


def lc_d2_extended(b, i):
    return lc_d2(b, i, tier(b[i])[0]) and b[i].l - ema(b, i, 9) >= simple_atr(b, i - 1)


def lc_d2_extended_1(b, i):
    return lc_d2(b, i, tier(b[i])[1])


def lc_d3_extended_1(b, i):
    atr, day1 = simple_atr(b, i - 1), b[i - 1]
    rises = min(b[k].h / b[k - 1].c - 1 for k in (i, i - 1)) >= tier(b[i])[3]
    extended = b[i].h / min(x.l for x in b[i - 19 : i + 1]) - 1 >= tier(b[i])[4]
    before = day1.h - day1.o >= 0.7 * atr and day1.c >= day1.o and day1.v_traded >= 1e7 and day1.c * day1.v >= 1e8
    far = day1.h - ema(b, i - 1, 9) >= 1.5 * atr and day1.h - ema(b, i - 1, 20) >= 2 * atr
    today = b[i].h - b[i].o >= atr and b[i].h - max(x.h for x in b[i - 21 : i - 1]) >= 2.5 * atr
    stairs = b[i].h >= day1.h >= b[i - 2].h and b[i].l >= day1.l >= b[i - 2].l
    return lc_common(b, i) and rises and extended and before and far and today and stairs


def parabolic(b, i):
    """Facts 1.10, A+ 1.0, judged at the open of i: everything else is of the bars before."""
    d = i - 1
    atr, atr_before = simple_atr(b, d), simple_atr(b, d - 1)
    slopes = [100 * (ema(b, d, 9) / ema(b, d - w, 9) - 1) for w in (3, 5, 15)]
    volume = [b[k].v / mean_volume(b, d, 14) for k in (d, d - 1)]
    lows = [100 * (b[d].c / min(x.l for x in b[d - w + 1 : d + 1]) - 1) / (100 * atr / b[d].c) for w in (7, 14)]
    checks = [
        true_ranges(b[d - 1 : d + 1])[1] >= 2.5 * atr,
        min(volume) >= 2,
        slopes[0] >= 10 and slopes[1] >= 20 and slopes[2] >= 50,
        b[d].h - ema(b, d, 9) >= 3.5 * atr and b[d].h - ema(b, d, 20) >= 5 * atr,
        lows[0] >= 0.5 and lows[1] >= 1.5,
        b[i].o - b[d].c >= 0.5 * atr and b[i].o >= ema(b, d, 9),
        100 * (atr / atr_before - 1) >= 9,
        100 * (atr_before / simple_atr(b, d - 2) - 1) >= 9,
        b[d].c_traded > 10 and sum(x.c * x.v for x in b[d - 19 : d + 1]) / 20 >= 3e7,
        b[d].c - b[d - 2].c >= 2 * atr and b[d].c - b[d - 3].c >= 2.5 * atr,
    ]
    return all(checks)


UPWARD = {
    ("inside_bar", "breakout"): inside_bar,
    ("outside_bar", "follow_through_up"): outside_bar,
    ("gap", "continuation_up"): gap,
    ("volume_spike", "up"): volume_spike,
    ("momentum", "continuation_up"): momentum,
    ("reversal", "up"): reversal,
    ("breakout", "resistance_break"): breakout,
    ("crp", "near_high"): crp,
    ("technical", "squeeze_up"): squeeze,
    ("relative_volume", "up"): crowd,
    ("relative_volume", "flat"): quiet_crowd,
    ("lc", "lc_frontside_d2_extended"): lc_d2_extended,
    ("lc", "lc_frontside_d2_extended_1"): lc_d2_extended_1,
    ("lc", "lc_frontside_d3_extended_1"): lc_d3_extended_1,
    ("parabolic", "a_plus"): parabolic,
}
DOWNWARD = {
    ("inside_bar", "breakdown"): inside_bar,
    ("outside_bar", "follow_through_down"): outside_bar,
    ("gap", "continuation_down"): gap,
    ("volume_spike", "down"): volume_spike,
    ("momentum", "continuation_down"): momentum,
    ("reversal", "down"): reversal,
    ("breakout", "support_break"): breakout,
    ("crp", "near_low"): crp,
    ("technical", "squeeze_down"): squeeze,
    ("relative_volume", "down"): crowd,
}


@pytest.fixture(scope="module")
def simulator():
    return Simulator(symbols=260)


@pytest.fixture(scope="module")
def truth(simulator):
    return simulator.truth(START, END)


@pytest.fixture(scope="module")
def market(simulator):
    """Symbol → (adjusted bars, row of each date)."""
    splits = {}
    for symbol, ex, to, of in (
        simulator.actions(HISTORY, END).select("symbol", "ex_date", "split_to", "split_from").rows()
    ):
        splits.setdefault(symbol, []).append((ex, to / of))
    found = {}
    for (symbol,), bars in simulator.daily(HISTORY, END).group_by("symbol", maintain_order=True):
        rows = bars.drop("symbol").rows()
        found[symbol] = adjusted(rows, splits.get(symbol, [])), {row[0].date(): at for at, row in enumerate(rows)}
    return found


@pytest.mark.parametrize("pattern", [*UPWARD, *DOWNWARD], ids="-".join)
def test_every_planted_pattern_is_one_by_its_scanners_definition(pattern, truth, market):
    planted = truth.filter((pl.col("kind") == pattern[0]) & (pl.col("detail") == pattern[1]))
    definition = UPWARD.get(pattern) or DOWNWARD[pattern]
    missed = []
    for symbol, time in planted.select("symbol", "time").rows():
        bars, rows = market[symbol]
        bars = flipped(bars) if pattern in DOWNWARD else bars
        if not definition(bars, rows[time.date()]):
            missed.append((symbol, time.date()))
    assert planted.height >= 30
    assert not missed


@pytest.mark.parametrize("pattern", [*UPWARD, *DOWNWARD], ids="-".join)
def test_a_truth_beside_its_bar_would_be_noticed(pattern, truth, market):
    """The judges above are strict: they would reject most bars one before or one after a planted one."""
    planted = truth.filter((pl.col("kind") == pattern[0]) & (pl.col("detail") == pattern[1]))
    definition = UPWARD.get(pattern) or DOWNWARD[pattern]
    either_way = 0
    for symbol, time in planted.filter(pl.col("time").dt.date() < dt.date(2025, 3, 1)).select("symbol", "time").rows():
        bars, rows = market[symbol]
        bars, at = flipped(bars) if pattern in DOWNWARD else bars, rows[time.date()]
        either_way += at + 1 < len(bars) and definition(bars, at - 1) and definition(bars, at + 1)
    assert either_way < 0.5 * planted.height


def test_every_kind_is_planted_every_year(truth):
    years = truth.with_columns(year=pl.col("time").dt.year()).filter(pl.col("year").is_in([2023, 2024]))
    counts = years.group_by("year", "kind").len()
    kinds = {kind for kind, _ in [*UPWARD, *DOWNWARD]} | {"split", "halt", "listing", "delisting", "revised"}
    for year in (2023, 2024):
        told = {row[1]: row[2] for row in counts.filter(pl.col("year") == year).rows()}
        assert told.keys() == kinds
        assert min(told.values()) >= 3


def test_most_scanners_have_a_pattern_that_ends_on_any_last_session():
    truth = Simulator(symbols=500).truth(dt.date(2024, 10, 1), dt.date(2024, 12, 31))
    scanners = [kind for kind, _ in UPWARD]
    ending = truth.filter(pl.col("kind").is_in(scanners)).group_by("time").agg(pl.col("kind").n_unique())
    assert ending.height == 64
    assert ending["kind"].min() >= 5
