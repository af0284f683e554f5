"""Hostile data: zeros, 1e-8 prices, 1e12 volumes, an infinity; every kernel against a slow version in exact fractions.

Agrees means to 1e-9 of the exact value. Nothing that has left a window leaves a trace in it.
"""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from tapehawk.core import indicators as i
from tapehawk.core.columns import volume
from tapehawk.core.evaluate import evaluate
from tapehawk.core.kernels import all_kernels
from tapehawk.core.panel import Panel
from tests.core.every_indicator import every_indicator

KERNELS = all_kernels()
DAY = 20  # bars a session

# Kernels that choose or copy one of their inputs, or halve: they round at most once.
CHOOSING = {
    "delay",
    "bars_since",
    "highest",
    "lowest",
    "since_highest",
    "since_lowest",
    "session_first",
    "session_highest",
}
CHOOSING |= {
    "session_lowest",
    "opening_highest",
    "opening_lowest",
    "supertrend_line",
    "wilder_stop",
    "heikin_ashi_open",
}


def hostile(seed: int) -> np.ndarray:
    """Return zeros, tiny, huge, ordinary, flat and all but flat stretches, several of them mixed, and one infinity."""
    rng = np.random.default_rng(seed)
    tiny, huge, usual = 1e-8 * rng.uniform(1, 9, 80), 1e12 * rng.uniform(1, 9, 40), rng.lognormal(4, 1, 120)
    flat, almost = np.full(50, 0.1), 1e6 + rng.uniform(0, 1e-3, 40)
    mixed = rng.permutation(np.concatenate((np.zeros(30), tiny[:30], huge[:20], usual[:30])))
    x = np.concatenate((usual, np.zeros(45), mixed, tiny, huge, flat, mixed, flat, almost, tiny, np.zeros(45), usual))
    x[400] = np.inf
    return x


def prices(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return high, low, close around hostile closes."""
    last = hostile(seed)
    rng = np.random.default_rng(seed)
    return last * (1 + rng.uniform(0, 0.1, last.size)), last * (1 - rng.uniform(0, 0.1, last.size)), last


def run(name: str, params: tuple[float, ...], *inputs: np.ndarray) -> np.ndarray:
    spec, out = KERNELS[name], np.empty(inputs[0].size)
    state = spec.empty_state(1, params)
    spec.compiled(*inputs, np.array([0, out.size]), state, np.array(params, dtype=float), out)
    return out


def agree(ours: np.ndarray, exact: list) -> None:
    for k, (mine, true) in enumerate(zip(ours, exact, strict=True)):
        if true is None:
            assert np.isnan(mine), k
        else:
            assert mine == pytest.approx(float(true), rel=1e-9, abs=0), k


def exact(x: np.ndarray) -> list[Fraction | None]:
    return [Fraction(v) if np.isfinite(v) else None for v in x.tolist()]


def windows(x, n, of):
    """Return `of` each whole window without a null."""
    known = exact(x)
    sections = [known[max(0, k - n + 1) : k + 1] for k in range(len(known))]
    return [of(w) if len(w) == n and None not in w else None for w in sections]


def root(x: Fraction) -> float:
    return math.sqrt(x)


def variance(w):
    mean = sum(w) / len(w)
    return sum((v - mean) ** 2 for v in w) / len(w)


WINDOWS = {
    "sum": sum,
    "sma": lambda w: sum(w) / len(w),
    "wma": lambda w: sum(v * k for k, v in enumerate(w, 1)) / sum(range(1, len(w) + 1)),
    "std": lambda w: root(variance(w)),
    "mean_deviation": lambda w: sum(abs(v - sum(w) / len(w)) for v in w) / len(w),
}


def smooth(x, n):
    """Wilder's average in fractions, a null passed over; rounded to 60 digits, lest the fractions grow without end."""
    seen, mean, out = [], None, []
    for v in x:
        if v is None:
            out.append(None)
            continue
        if len(seen) < n:
            seen.append(v)
            mean = sum(seen) / n if len(seen) == n else None
        else:
            mean = rounded(mean + (v - mean) / n)
        out.append(mean)
    return out


def rounded(x: Fraction) -> Fraction:
    """Keep 200 bits of a fraction."""
    if not x:
        return x
    shift = 200 - x.numerator.bit_length() + x.denominator.bit_length()
    return Fraction(round(x * Fraction(2) ** shift)) / Fraction(2) ** shift


def ema(x, n):
    last, out = None, []
    for v in x:
        last = last if v is None else v if last is None else rounded(last + (v - last) * 2 / (n + 1))
        out.append(None if v is None else last)
    return out


def directional(highs, lows, closes, n):
    """+DI, -DI and ADX of bars without nulls, in fractions."""
    rises, falls, spans = [], [], []
    for k in range(1, len(closes)):
        up, down = highs[k] - highs[k - 1], lows[k - 1] - lows[k]
        rises.append(max(up, 0) if up > down else Fraction(0))
        falls.append(max(down, 0) if down > up else Fraction(0))
        spans.append(max(highs[k], closes[k - 1]) - min(lows[k], closes[k - 1]))
    plus, minus, span = smooth(rises, n), smooth(falls, n), smooth(spans, n)
    nothing = [None] * n
    both = [None if p is None else (p, m, s) for p, m, s in zip(plus, minus, span, strict=True)][n - 1 :]
    dx = [100 * abs(p - m) / (p + m) if p + m else Fraction(0) for p, m, _ in both]
    return (
        nothing + [100 * p / s for p, _, s in both],
        nothing + [100 * m / s for _, m, s in both],
        nothing + smooth(dx, n),
    )


def without_nulls(*columns):
    known = np.logical_and.reduce([np.isfinite(x) for x in columns])
    return known, [exact(x[known]) for x in columns]


def with_nulls(known, values):
    values = iter(values)
    return [next(values) if ok else None for ok in known]


@pytest.mark.parametrize("name", WINDOWS)
@pytest.mark.parametrize("n", [1, 5, 20])
def test_a_window_is_exact(name, n):
    agree(run(name, (n,), hostile(n)), windows(hostile(n), n, WINDOWS[name]))


def test_a_plain_running_sum_is_caught():
    x = hostile(20)[:400]
    plain = np.concatenate(
        (np.full(19, np.nan), (np.cumsum(x) - np.concatenate((np.zeros(20), np.cumsum(x)[:-20])))[19:])
    )
    with pytest.raises(AssertionError):
        agree(plain, windows(x, 20, sum))


def test_a_one_pass_deviation_is_caught():
    x = hostile(20)[401:]
    one_pass = [
        np.sqrt(max(0, np.mean(w * w) - np.mean(w) ** 2)) for w in np.lib.stride_tricks.sliding_window_view(x, 20)
    ]
    with pytest.raises(AssertionError):
        agree(np.concatenate((np.full(19, np.nan), one_pass)), windows(x, 20, WINDOWS["std"]))


def test_a_sum_of_zeros_is_zero_whatever_went_before():
    x = np.concatenate((np.random.default_rng(0).uniform(0, 1e9, 1_000) / 3, np.zeros(30)))
    assert (run("sum", (20,), x)[-11:] == 0).all()


def test_a_million_bars_leave_no_drift():
    x = np.tile(hostile(1)[401:], 1_500)
    ours = run("sma", (20,), x)
    agree(ours[-500:], windows(x[-519:], 20, WINDOWS["sma"])[19:])


@pytest.mark.parametrize("n", [1, 5, 20])
def test_exponential_averages_are_exact(n):
    x = hostile(n)
    agree(run("ema", (n,), x), ema(exact(x), n))
    agree(run("rma", (n,), x), smooth(exact(x), n))


def test_running_totals_are_exact():
    x, days = hostile(3), np.arange(hostile(3).size) // DAY * 1.0
    total, session, totals, by_session = Fraction(0), Fraction(0), [], []
    for v, first in zip(exact(x), np.arange(x.size) % DAY == 0, strict=True):
        session = Fraction(0) if first else session
        total, session = total + (v or 0), session + (v or 0)
        totals.append(None if v is None else total)
        by_session.append(None if v is None else session)
    agree(run("cumulate", (), x), totals)
    agree(run("session_sum", (), x, days), by_session)
    anchor = (np.arange(x.size) % DAY == 0) * 1.0
    agree(run("anchored_sum", (), x, anchor), by_session)


def test_the_usual_volume_so_far_is_exact():
    x = np.abs(hostile(4))
    x[~np.isfinite(x)] = 0
    days, minutes = np.arange(x.size) // DAY * 1.0, np.arange(x.size) % DAY * 5.0
    known = exact(x)
    usual = [sum(known[k - DAY * d] for d in (1, 2, 3)) / 3 if k >= 3 * DAY else None for k in range(x.size)]
    agree(run("usual_so_far", (3, 5, DAY, 3), x, days, minutes), usual)


def test_what_is_usual_begins_anew_after_a_hole_longer_than_its_sessions_and_a_week():
    """Of 3 sessions: 1.4 × 3 + 7 = 11.2 days; a hole of 11 days is a holiday, one of 12 the end of a memory."""
    x, minutes = np.abs(np.random.default_rng(9).normal(5, 1, 12 * DAY)), np.tile(np.arange(DAY) * 5.0, 12)
    for hole, forgets in ((11, False), (12, True)):
        days = np.repeat(np.concatenate((np.arange(6), np.arange(6) + 5 + hole)) * 1.0, DAY)
        usual = run("usual_so_far", (3, 5, DAY, 2), x, days, minutes)
        after, whole = (
            usual[6 * DAY :],
            run("usual_so_far", (3, 5, DAY, 2), x, np.repeat(np.arange(12.0), DAY), minutes),
        )
        alone = run("usual_so_far", (3, 5, DAY, 2), x[6 * DAY :], days[6 * DAY :], minutes[6 * DAY :])
        np.testing.assert_array_equal(after, alone if forgets else whole[6 * DAY :])
        assert np.isnan(after[: 2 * DAY]).all() == forgets
        assert not np.isnan(after[2 * DAY :]).any()


def test_true_range_is_exact():
    known, (h, l, c) = without_nulls(*prices(5))
    spans = [h[0] - l[0]] + [max(h[k], c[k - 1]) - min(l[k], c[k - 1]) for k in range(1, len(c))]
    agree(run("wilder_range", (), *prices(5)), with_nulls(known, spans))


def test_strength_is_exact():
    known, (c,) = without_nulls(hostile(6))
    moves = [b - a for a, b in pairwise(c)]
    up, down = smooth([max(m, Fraction(0)) for m in moves], 14), smooth([max(-m, Fraction(0)) for m in moves], 14)
    strength = [None if u is None else 100 * u / (u + d) for u, d in zip(up, down, strict=True)]
    agree(run("wilder_rsi", (14,), hostile(6)), with_nulls(known, [None, *strength]))


def test_direction_is_exact():
    known, (h, l, c) = without_nulls(*prices(7))
    for name, plain in zip(("wilder_plus", "wilder_minus", "wilder_adx"), directional(h, l, c, 14), strict=True):
        agree(run(name, (14,), *prices(7)), with_nulls(known, plain))


def test_every_kernel_is_measured_here_or_only_chooses():
    measured = set(WINDOWS) | {"ema", "rma", "cumulate", "session_sum", "anchored_sum", "usual_so_far"}
    measured |= {"wilder_range", "wilder_rsi", "wilder_plus", "wilder_minus", "wilder_adx"}
    assert measured | CHOOSING == set(KERNELS)


# ------------------------------------------------------------------------------- what scans make of such data


def columns(seed: int, x) -> np.ndarray:
    """Return an indicator of hostile bars: prices and volume."""
    high, low, last = prices(seed)
    traded = np.random.default_rng(seed).permutation(hostile(seed + 1))
    bars = {"open": low, "high": high, "low": low, "close": last, "volume": traded}
    bars |= {"session": np.arange(last.size) // DAY * 1.0, "minute": np.arange(last.size) % DAY * 5.0}
    panel = Panel(("A",), np.array([0, last.size]), np.arange(last.size), bars, timeframe="5m")
    return evaluate(panel.block(0, 1), x)[0]


@pytest.mark.parametrize("x", [pytest.param(x, id=name) for name, x in every_indicator().items()])
def test_an_indicator_recovers_from_all_of_it(x):
    ours = columns(11, x).astype(float)
    assert not np.isinf(ours[400 + 2 * DAY :]).any()
    assert not np.isnan(ours[-4:]).any()


def test_relative_volume_after_a_silence_is_null_never_enormous():
    ratio = columns(12, i.rvol(20))
    usual = columns(12, i.sma(volume, 20)[1])
    assert np.isnan(ratio[usual == 0]).all()
    assert not (usual < 0).any()
