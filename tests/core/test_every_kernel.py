"""The laws of the kernels, held by every one of them, and each law shown to catch the bug it is there for."""

from __future__ import annotations

import dataclasses
import inspect
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tapehawk.core.kernels import NEVER, Kernel, all_kernels

KERNELS = all_kernels()
BARS_A_SESSION, MINUTES = 6, 5
NUMBERS = {
    "delay": [(1,), (9,)],
    "opening_highest": [(15, MINUTES, 0), (10, MINUTES, 5)],
    "opening_lowest": [(15, MINUTES, 0), (10, MINUTES, 5)],
    "supertrend_line": [(1.5,)],
    "usual_so_far": [(n, MINUTES, BARS_A_SESSION, least) for n, least in [(1, 1), (3, 3), (3, 1)]],
    "wilder_stop": [(0.02, 0.2)],
}
FLAGS = {("bars_since", "x"), ("anchored_sum", "anchor")}  # inputs that are 1 or 0


def numbers_of(spec: Kernel) -> list[tuple[float, ...]]:
    """Return what a kernel is tried with: windows of 1, 2, 7 and 20 bars unless it needs something else."""
    takes = 1 if spec.width is int else len(inspect.signature(spec.width).parameters)
    return NUMBERS.get(spec.name, [()] if takes == 0 else [(1,), (2,), (7,), (20,)])


CASES = [pytest.param(spec, p, id=f"{spec.name}{p}") for spec in KERNELS.values() for p in numbers_of(spec)]
WINDOWS = [case for case in CASES if case.values[0].inputs == 1 and case.values[0].settling(*case.values[1]) == 0]
REST = [case for case in CASES if case not in WINDOWS and case.values[0].name != "bars_since"]
every_kernel = pytest.mark.parametrize(("spec", "params"), CASES)

Series = list[np.ndarray]  # one array an input


def a_symbol(spec: Kernel, bars: int, rng: np.random.Generator, *, drift: float = 0.0) -> Series:
    """Return clean input: prices in cents (so that some are equal) from session to session; flags that begin true."""
    close = np.round(50.0 + np.cumsum(rng.normal(drift, 0.3, bars)), 2) + 40.0
    spread = np.round(rng.exponential(0.4, (2, bars)), 2) + 0.01
    known = {
        "close": close,
        "high": close + spread[0],
        "low": close - spread[1],
        "session": np.arange(bars) // BARS_A_SESSION + 19_000.0,
        "minute": np.arange(bars) % BARS_A_SESSION * float(MINUTES),
    }
    flags = np.where(np.arange(bars) == 0, 1.0, rng.integers(0, 2, bars))
    names = list(inspect.signature(spec.source).parameters)[: spec.inputs]
    return [flags if (spec.name, n) in FLAGS else known.get(n, close + rng.integers(-50, 50, bars)) for n in names]


def run(spec: Kernel, params: tuple[float, ...], symbols: list[Series], cuts: tuple[int, ...] = ()) -> tuple:
    """Return each symbol's output and the final state, in one call or cut at these bars."""
    state = spec.empty_state(len(symbols), params)
    outputs: list[list[np.ndarray]] = [[] for _ in symbols]
    for a, b in pairwise((0, *cuts, max(s[0].size for s in symbols))):
        starts = np.cumsum([0] + [s[0][a:b].size for s in symbols])
        columns = [np.concatenate([s[i][a:b] for s in symbols]) for i in range(spec.inputs)]
        out = np.full(starts[-1], 12345.0)
        spec.compiled(*columns, starts, state, np.array(params, dtype=float), out)
        for into, first, last in zip(outputs, starts, starts[1:], strict=False):
            into.append(out[first:last])
    return [np.concatenate(parts) for parts in outputs], state


def same(a: np.ndarray, b: np.ndarray) -> bool:
    """Say whether two arrays hold the same bits; one null is as good as another."""
    return np.where(np.isnan(a), np.nan, a).tobytes() == np.where(np.isnan(b), np.nan, b).tobytes()


def close_to(a: np.ndarray, b: np.ndarray) -> bool:
    return np.allclose(a, b, rtol=1e-9, atol=1e-9, equal_nan=True)


def with_nulls(symbol: Series, rng: np.random.Generator) -> Series:
    """Spoil a few values: null, infinite."""
    return [np.where(rng.random(x.size) < 0.05, rng.choice([np.nan, np.inf, -np.inf], x.size), x) for x in symbol]


def settles(spec: Kernel, params: tuple[float, ...]) -> bool:
    return spec.settling(*params) < NEVER


# ------------------------------------------------------------------------------------------------- the laws


def cutting_changes_nothing(spec, params, symbols, cuts):
    whole, kept = run(spec, params, symbols)
    parts, also_kept = run(spec, params, symbols, cuts)
    assert all(map(same, whole, parts)), "outputs"
    assert same(kept, also_kept), "state"


def symbols_are_independent(spec, params, symbols):
    together, _ = run(spec, params, symbols)
    alone = [run(spec, params, [s])[0][0] for s in symbols]
    turned = run(spec, params, symbols[::-1])[0][::-1]
    assert all(map(same, together, alone)), "alone"
    assert all(map(same, together, turned)), "in another order"


def the_first_value_comes_after_the_warmup(spec, params, symbol):
    (out,), _ = run(spec, params, [symbol])
    first = spec.warmup(*params)
    assert np.isnan(out[:first]).all(), "too early"
    assert not np.isnan(out[first]), "too late"
    if not spec.name.startswith("opening"):  # null again until the next session's minutes are over
        assert not np.isnan(out[first:]).any(), "gaps"


def the_past_is_forgotten_after_settling(spec, params, make):
    """Two symbols with different pasts and the same bars since agree from then on."""
    bars = spec.warmup(*params) + spec.settling(*params)
    if "session" in inspect.signature(spec.source).parameters:  # it has settled with the next whole session
        bars += -bars % BARS_A_SESSION + BARS_A_SESSION
    now = make(bars + 60)
    long, short = ([np.concatenate((past[i], now[i])) for i in range(spec.inputs)] for past in (make(300), make(30)))
    (a,), (b,) = run(spec, params, [long])[0], run(spec, params, [short])[0]
    assert close_to(a[300 + bars :], b[30 + bars :])


def the_future_changes_nothing(spec, params, symbol, other, at):
    changed = [np.concatenate((x[:at], y[at:])) for x, y in zip(symbol, other, strict=True)]
    (before,), (after,) = run(spec, params, [symbol])[0], run(spec, params, [changed])[0]
    assert same(before[:at], after[:at])


def a_null_leaves_a_window(spec, params, symbol, at, null):
    """Null or as without it while it is in the window, and as without it before and after."""
    spoiled = [symbol[0].copy()]
    spoiled[0][at] = null
    (clean,), (out,) = run(spec, params, [symbol])[0], run(spec, params, [spoiled])[0]
    last = at + spec.warmup(*params) + 1
    assert same(out[:at], clean[:at])
    assert np.isnan(out[at:last]).any()
    assert close_to(out[at:last][~np.isnan(out[at:last])], clean[at:last][~np.isnan(out[at:last])])
    assert close_to(out[last:], clean[last:])


def a_null_is_passed_over(spec, params, symbol, at, null, which):
    """The bar is null, and all others as if it had not been."""
    spoiled = [x.copy() for x in symbol]
    spoiled[which][at] = null
    (out,), kept = run(spec, params, [spoiled])
    (without,), also_kept = run(spec, params, [[np.delete(x, at) for x in symbol]])
    assert np.isnan(out[at])
    assert same(np.delete(out, at), without)
    assert same(kept, also_kept)


# -------------------------------------------------------------------------------------- every kernel keeps them

seeds = st.integers(0, 2**32 - 1).map(np.random.default_rng)
several = st.lists(st.integers(0, 70), min_size=1, max_size=4).filter(any)
cuts_of = st.lists(st.integers(0, 70), max_size=6).map(lambda cuts: tuple(sorted(cuts)))


@every_kernel
@given(rng=seeds, lengths=several, cuts=cuts_of)
def test_however_a_series_is_cut_the_output_and_the_state_are_the_same_to_the_last_bit(
    spec, params, rng, lengths, cuts
):
    symbols = [with_nulls(a_symbol(spec, bars, rng), rng) for bars in lengths]
    cutting_changes_nothing(spec, params, symbols, tuple(min(c, max(lengths)) for c in cuts))


@pytest.mark.soak
@every_kernel
@given(rng=seeds, lengths=st.lists(st.integers(0, 3_000), min_size=1, max_size=6).filter(any), cuts=st.data())
def test_long_series_cut_anywhere_give_the_same_to_the_last_bit(spec, params, rng, lengths, cuts):
    at = cuts.draw(st.lists(st.integers(0, max(lengths)), max_size=40).map(sorted))
    cutting_changes_nothing(spec, params, [with_nulls(a_symbol(spec, bars, rng), rng) for bars in lengths], tuple(at))


@every_kernel
def test_bar_by_bar_is_the_same_as_at_once(spec, params):
    rng = np.random.default_rng(7)
    symbols = [with_nulls(a_symbol(spec, bars, rng), rng) for bars in (700, 0, 33)]
    cutting_changes_nothing(spec, params, symbols, tuple(range(1, 700)))


@every_kernel
@given(rng=seeds, lengths=several)
def test_other_symbols_change_nothing(spec, params, rng, lengths):
    symbols_are_independent(spec, params, [with_nulls(a_symbol(spec, bars, rng), rng) for bars in lengths])


@every_kernel
@given(rng=seeds)
def test_the_first_value_of_clean_bars_comes_exactly_after_the_declared_warmup(spec, params, rng):
    the_first_value_comes_after_the_warmup(spec, params, a_symbol(spec, spec.warmup(*params) + 30, rng))


@pytest.mark.parametrize(("spec", "params"), [case for case in CASES if settles(*case.values)])
def test_the_past_is_forgotten_to_1e9_after_the_declared_settling(spec, params):
    rng = np.random.default_rng(11)
    the_past_is_forgotten_after_settling(spec, params, lambda bars: a_symbol(spec, bars, rng))


@every_kernel
@given(rng=seeds, at=st.integers(0, 80))
def test_later_bars_change_nothing_before(spec, params, rng, at):
    the_future_changes_nothing(spec, params, a_symbol(spec, 80, rng), a_symbol(spec, 80, rng, drift=0.5), at)


@pytest.mark.parametrize(("spec", "params"), WINDOWS)
@pytest.mark.parametrize("null", [np.nan, np.inf, -np.inf])
def test_a_window_with_a_null_in_it_is_null_and_recovers(spec, params, null):
    a_null_leaves_a_window(spec, params, a_symbol(spec, 90, np.random.default_rng(3)), 40, null)


@pytest.mark.parametrize(("spec", "params"), REST)
@pytest.mark.parametrize("null", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("at", [0, 1, 40])
def test_a_recursive_kernel_answers_null_for_a_null_and_keeps_its_state(spec, params, null, at):
    inputs = list(inspect.signature(spec.source).parameters)[: spec.inputs]
    for which in [i for i, name in enumerate(inputs) if (spec.name, name) not in FLAGS]:
        a_null_is_passed_over(spec, params, a_symbol(spec, 90, np.random.default_rng(3)), at, null, which)


def test_an_unknown_condition_is_not_true_and_its_bar_counts():
    (out,), _ = run(KERNELS["bars_since"], (), [[np.array([np.nan, 1.0, np.nan, 0.0, 1.0])]])
    assert same(out, np.array([np.nan, 0.0, 1.0, 2.0, 0.0]))


# ------------------------------------------------------------------- each law catches the bug it is there for


def planted(name, bug, **declared) -> Kernel:
    """Return a kernel whose answers a bug spoils."""
    sound = KERNELS[name]
    spoiled = dataclasses.replace(sound, **declared)
    spoiled.__dict__["compiled"] = lambda *arguments: bug(sound.compiled, *arguments)
    return spoiled


def a_look_ahead(sound, x, starts, state, params, out):
    sound(x, starts, state, params, out)
    for a, b in pairwise(starts):
        out[a : max(a, b - 1)] = out[a + 1 : b].copy()


def a_lag_of_nine_bars_without_state(sound, x, starts, state, params, out):
    sound(x, starts, state, params, out)
    for a, b in pairwise(starts):
        out[a:b] = np.concatenate((np.full(9, np.nan), out[a:b]))[: b - a]


def a_forgotten_state(sound, x, starts, state, params, out):
    sound(x, starts, np.zeros_like(state), params, out)


def a_state_with_a_trace_of_the_cut(sound, x, starts, state, params, out):
    sound(x, starts, state, params, out)
    state[:, 0] += starts.size > 1 and x.size < 20


def a_window_one_short(sound, x, starts, state, params, out):
    sound(x, starts, state[:, :-1].copy(), params - 1.0, out)


def a_leak_across_symbols(sound, x, starts, state, params, out):
    sound(x, np.array([0, x.size]), state[:1], params, out)


def a_null_taken_for_zero(sound, x, starts, state, params, out):
    sound(np.nan_to_num(x, posinf=0.0, neginf=0.0), starts, state, params, out)


def a_null_that_poisons(sound, x, starts, state, params, out):
    sound(x, starts, state, params, out)
    out[np.logical_or.accumulate(~np.isfinite(x))] = np.nan


def caught(law, spec, params, *arguments):
    with pytest.raises(AssertionError):
        law(spec, params, *arguments)
    law(KERNELS[spec.name], params, *arguments)


ONE = a_symbol(KERNELS["sma"], 120, np.random.default_rng(5))
OTHER = a_symbol(KERNELS["sma"], 120, np.random.default_rng(6))


@pytest.mark.parametrize(
    "bug", [a_look_ahead, a_lag_of_nine_bars_without_state, a_forgotten_state, a_state_with_a_trace_of_the_cut]
)
def test_cutting_catches(bug):
    caught(cutting_changes_nothing, planted("sma", bug), (7,), [ONE], (50, 51, 64))


def test_the_law_of_independence_catches_a_leak():
    caught(symbols_are_independent, planted("ema", a_leak_across_symbols), (7,), [ONE, OTHER])


@pytest.mark.parametrize("bug", [a_window_one_short, a_look_ahead, a_lag_of_nine_bars_without_state])
def test_the_law_of_warmup_catches(bug):
    caught(the_first_value_comes_after_the_warmup, planted("sma", bug), (7,), ONE)


def test_the_law_of_the_future_catches_a_look_ahead():
    caught(the_future_changes_nothing, planted("sma", a_look_ahead), (7,), ONE, OTHER, 60)


def test_the_law_of_settling_catches_a_hasty_declaration():
    hasty = dataclasses.replace(KERNELS["rma"], settling=lambda _: 100)
    caught(the_past_is_forgotten_after_settling, hasty, (14,), lambda n: [np.random.default_rng(n).normal(50, 5, n)])


@pytest.mark.parametrize("bug", [a_null_taken_for_zero, a_null_that_poisons])
def test_the_laws_of_nulls_catch(bug):
    caught(a_null_leaves_a_window, planted("sma", bug), (7,), ONE, 40, np.nan)
    caught(a_null_is_passed_over, planted("ema", bug), (7,), ONE, 40, np.nan, 0)
