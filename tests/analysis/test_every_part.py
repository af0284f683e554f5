"""The laws of the analysis, held by every part by its existing, and each law shown to catch the bug it is there for."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tapehawk.analysis.part import On, Part, Seen, answered
from tapehawk.catalog import part_types
from tapehawk.core.columns import close
from tapehawk.core.expr import KERNELS, Expr, call
from tapehawk.core.indicators import atr, rsi
from tapehawk.core.kernels import Kernel
from tests.analysis import facts, tapes

EVERY = [kind.of_signals_on("1d") for kind in part_types()]
PARTS = [part for part in EVERY if part.inputs()]  # one that waits to be given something (a model) asks for nothing
SIDES = (facts.BUY, facts.SELL, facts.HOLD)
for_every_part = pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
NOON = dt.datetime(2024, 2, 20, 17, 0, tzinfo=dt.UTC)  # within the session


def same(a: Any, b: Any) -> bool:
    """Whether two answers are equal, numbers to 1e-9."""
    if isinstance(a, Mapping):
        return isinstance(b, Mapping) and a.keys() == b.keys() and all(same(a[name], b[name]) for name in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    number = isinstance(a, float) and isinstance(b, float)
    return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9) if number else a == b


def each(part: Part, panels: Mapping[str, Any], side: str, at: dt.datetime = tapes.AFTER) -> list[Mapping[str, Any]]:
    """The part's answer for every symbol."""
    found = tapes.analyst(panels, part, at=at).analyse(tapes.SYMBOLS, dict.fromkeys(tapes.SYMBOLS, side))
    return [found[symbol][part.name] for symbol in tapes.SYMBOLS]


# ------------------------------------------------------------------------------------------------- the laws


def is_plain(answer: Mapping[str, Any]) -> bool:
    """Whether an answer can cross a process as JSON: no NaN, no infinity, no number of numpy's."""
    return json.loads(json.dumps(answer, allow_nan=False)) == answer


def within_bounds(part: Part, answer: Mapping[str, Any]) -> None:
    for name, (low, high) in facts.BOUNDS[part.name].items():
        assert answer[name] is None or low <= answer[name] <= high, (name, answer[name])
    for name, words in facts.WORDS.get(part.name, {}).items():
        assert answer[name] in words


def mirrored_values_mirror_the_answer(part: Part, side: str, values: Mapping[Any, Mapping[str, float]]) -> None:
    there = answered(part, side, facts.seen(values))
    back = answered(part, facts.OTHER_SIDE[side], facts.seen(facts.mirror(values)))
    here, turned = facts.mirror_says(part.name, there), facts.turned(facts.mirror_says(part.name, back))
    assert same(here, turned), (here, turned)


def mirrored_bars_mirror_the_answer(part: Part, panels: Mapping[str, Any], side: str) -> None:
    turned = each(part, tapes.changed(panels, tapes.mirrored), facts.OTHER_SIDE[side])
    for here, there in zip(each(part, panels, side), turned, strict=True):
        assert here["available"], here
        a, b = (facts.bars_mirror_says(part.name, one) for one in (here, there))
        assert same(a, facts.turned(b)), (a, b)


def scale_changes_nothing_but_prices(part: Part, panels: Mapping[str, Any], side: str) -> None:
    prices = facts.PRICES.get(part.name, set())
    for here, there in zip(
        each(part, panels, side), each(part, tapes.changed(panels, tapes.times(10.0)), side), strict=True
    ):
        scaled = {name: 10.0 * value if name in prices and value is not None else value for name, value in here.items()}
        assert same(scaled, dict(there)), (scaled, there)


def the_future_changes_nothing(part: Part, panels: Mapping[str, Any], at: dt.datetime) -> None:
    cut = tapes.changed(panels, tapes.closed_by(at))
    for side in SIDES:
        assert each(part, panels, side, at) == each(part, cut, side, at)


# ------------------------------------------------------------------------------------------- held by every part


def test_the_parts_have_the_published_names():
    assert {"opportunity_score", "market_regime", "sl_tp", "confluence"} <= {part.name for part in PARTS}


@pytest.mark.parametrize("side", SIDES)
def test_a_part_that_asks_for_nothing_says_nothing(side):
    for answer in [answered(part, side, Seen({})) for part in EVERY if not part.inputs()]:
        assert not answer["available"]
        assert answer["reason"]


@for_every_part
def test_every_input_and_answer_is_described_to_these_tests(part):
    names = {name for named in part.inputs().values() for name in named}
    assert names <= facts.RANGES.keys() & facts.MIRRORS.keys()
    assert part.name in facts.BOUNDS


@for_every_part
@given(data=st.data(), side=st.sampled_from(SIDES))
def test_whatever_the_values_an_answer_is_plain_and_within_bounds(part, data, side):
    answer = answered(part, side, facts.seen(data.draw(facts.values_of(part))))
    assert is_plain(answer)
    if answer["available"]:
        within_bounds(part, answer)
    else:
        assert answer["reason"]


@for_every_part
@given(data=st.data(), side=st.sampled_from(SIDES))
def test_s5_mirrored_values_mirror_the_answer(part, data, side):
    values = data.draw(facts.values_of(part))
    numbers = [(x, edge) for one in values.values() for x in one.values() for edge in (30, 45, 55, 70, 20, 40, 60, 80)]
    assume(all(x != edge for x, edge in numbers))  # a band has its lower edge: its mirror image has the upper one
    assume(not any(one.get("percent_b") in (0.3, 0.5, 0.7) for one in values.values()))
    mirrored_values_mirror_the_answer(part, side, values)


@for_every_part
@pytest.mark.parametrize("side", [facts.BUY, facts.SELL])
@pytest.mark.parametrize(("seed", "drift"), [(1, 0.0), (2, 0.001), (3, -0.001), (4, 0.0)])
def test_s5_mirrored_bars_mirror_the_answer(part, side, seed, drift):
    mirrored_bars_mirror_the_answer(part, tapes.every(seed=seed, drift=drift), side)


@for_every_part
@pytest.mark.parametrize("side", SIDES)
def test_s6_s7_price_times_ten_changes_no_score(part, side):
    scale_changes_nothing_but_prices(part, tapes.every(seed=5), side)


@for_every_part
@pytest.mark.parametrize("hours_before", [0, 3, 30, 24 * 7, 24 * 30])
def test_the_future_changes_nothing(part, hours_before):
    the_future_changes_nothing(part, tapes.every(300, seed=6), NOON - dt.timedelta(hours=hours_before))


@for_every_part
def test_s9_a_bar_that_is_still_forming_is_never_used(part):
    at = dt.datetime(2024, 2, 28, 18, 2, tzinfo=dt.UTC)  # a Wednesday, two minutes into a five-minute bar
    panels = tapes.changed(tapes.every(300, seed=7), tapes.begun_by(at))
    assert all(one.time.max() + 60e6 < at.timestamp() * 1e6 for one in panels.values())

    def spoiled(one):
        """The newest bar of each symbol, which is forming, as something absurd."""
        last = one.starts[1:] - 1
        columns = {name: x.copy() for name, x in one.columns.items()}
        for name in (*tapes.PRICES, "volume"):
            columns[name][last] *= 7.0
        return replace(one, columns=columns)

    for side in SIDES:
        assert each(part, panels, side, at) == each(part, tapes.changed(panels, spoiled), side, at)


@for_every_part
@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("bars", [1, 2, 19])
def test_a_part_without_enough_history_says_how_much_there_is(part, side, bars):
    for answer in each(part, tapes.every(bars), side):
        assert answer.keys() == {"available", "reason"}
        assert not answer["available"]
        assert f"not enough history: {bars} of " in answer["reason"]


@for_every_part
@pytest.mark.parametrize("side", [facts.BUY, facts.SELL])
def test_s11_a_part_makes_nothing_up_where_values_are_null(part, side):
    nothing = {on: dict.fromkeys(named, math.nan) for on, named in part.inputs().items()}
    answer = answered(part, side, facts.seen(nothing))
    assert not answer["available"]
    assert "no value on the last closed bar" in answer["reason"]


@for_every_part
@pytest.mark.parametrize("side", SIDES)
def test_s11_a_part_makes_nothing_up_where_there_are_no_bars(part, side):
    answer = answered(part, side, Seen({}))
    assert not answer["available"]
    assert "bars" in answer["reason"]


@for_every_part
@pytest.mark.parametrize("side", SIDES)
def test_a_price_that_never_moves_breaks_no_part(part, side):
    def flat(one):
        return replace(one, columns={**one.columns, **dict.fromkeys(tapes.PRICES, np.full(one.n_bars, 100.0))})

    for answer in each(part, tapes.changed(tapes.every(), flat), side):
        assert is_plain(answer)
        assert answer["available"] or "failed" not in answer["reason"]


# --------------------------------------------------------------------------------------- tests of the tests


def peek(x, starts, state, params, out):
    """The next bar's value: a look-ahead."""
    for k in range(starts.size - 1):
        for i in range(starts[k], starts[k + 1]):
            out[i] = x[min(i + 1, starts[k + 1] - 1)]


@dataclass(frozen=True)
class Planted(Part):
    """A part that says the value of one expression, as a score."""

    name: ClassVar[str] = "opportunity_score"
    x: Expr = close

    def inputs(self) -> Mapping[On, Mapping[str, Expr]]:
        return {On("1d"): {"rsi": self.x}}

    def answer(self, side: str, seen: Seen) -> Mapping[str, Any]:
        return {"score": seen.need(On("1d"), 1)["rsi"], "parts": {}}


def broken(law, *question: object) -> bool:
    try:
        law(*question)
    except AssertionError:
        return True
    return False


def test_a_planted_look_ahead_is_caught(monkeypatch):
    monkeypatch.setitem(KERNELS, "peek", Kernel("peek", peek, 1, lambda: 1, lambda: 0, lambda: 0, None, ()))
    panels = tapes.every(300)
    assert broken(the_future_changes_nothing, Planted(call("peek", close) / close), panels, NOON)
    assert not broken(the_future_changes_nothing, Planted(close[1] / close), panels, NOON)


def test_a_planted_bias_to_one_side_is_caught():
    panels = tapes.every(60)
    assert broken(mirrored_bars_mirror_the_answer, Planted(rsi(14)), panels, facts.BUY)
    assert not broken(mirrored_bars_mirror_the_answer, Planted(atr(14) / close * 100), panels, facts.BUY)
    biased = {On("1d"): {"rsi": 60.0}}
    assert broken(mirrored_values_mirror_the_answer, Planted(), facts.BUY, biased)


def test_a_planted_threshold_in_prices_is_caught():
    panels = tapes.every(60)
    assert broken(scale_changes_nothing_but_prices, Planted(close), panels, facts.BUY)
    assert not broken(scale_changes_nothing_but_prices, Planted(close / close[5]), panels, facts.BUY)


def test_a_planted_infinity_is_caught():
    with pytest.raises(ValueError, match="not JSON compliant"):
        is_plain({"score": math.inf})
