"""Who fell at a step of a funnel: as many as the funnel counts, the nearest misses first, in the condition's words."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from tapehawk.catalog import scanner_names, scanner_type
from tapehawk.core.errors import BadInput, UnknownName
from tapehawk.data.providers.sim import Simulator
from tapehawk.data.providers.sim.filling import fill, fill_intraday
from tapehawk.scan.desk import Desk
from tapehawk.scan.fallen import AtStep, fallen_at
from tapehawk.scan.parameters import configured
from tapehawk.scan.question import Question

LAST = dt.date(2025, 6, 30)
EVERYBODY = 10_000


@pytest.fixture(scope="module")
def desk(tmp_path_factory) -> Desk:
    """Return a desk over half a year of 80 simulated names, some delisted, some young."""
    root = tmp_path_factory.mktemp("fallen") / "store"
    simulator = Simulator(symbols=80)
    fill(root, simulator, dt.date(2024, 12, 2), LAST)
    fill_intraday(root, simulator, "5m", dt.date(2025, 6, 26), LAST)
    return Desk(root, now=lambda: dt.datetime(2025, 7, 1, tzinfo=dt.UTC))


QUESTIONS = {
    **{name: Question(name) for name in scanner_names() if name != "ml"},
    "the best one": Question("breakout", parameters={"max_results_per_day": 1, "min_price": 1}),
    "intraday": Question("gap", timeframe="5m", cutoff="10:30"),
    "ranks": Question("formula", parameters={"formula": "rank(roc(close, 5)) <= 10 or close > open"}),
    "a universe": Question("formula", universe="common", parameters={"formula": "close > open"}),
    "some symbols": Question("formula", symbols=("some",), parameters={"formula": "rank(roc(close, 5)) <= 10"}),
    "weeks": Question("formula", parameters={"formula": 'on("1w", close > open and close > 20) and close > open'}),
}


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_at_every_step_as_many_fall_as_the_funnel_counts(desk, question):
    if question.symbols:
        question = replace(question, symbols=desk.asked(Question("gap")).panel.symbols[:7])
    report, bars = desk.run(question), desk.asked(question)
    for number, funnel in enumerate(report.funnel):
        before = None
        for place, step in enumerate(funnel["steps"]):
            where = AtStep(str(place), str(number), most=EVERYBODY)
            found = fallen_at(desk.scanner(question), question, bars, where)
            assert (found.step, found.passed, found.unknown) == (step["name"], step["passed"], step["unknown"])
            assert (found.pattern, found.direction) == (funnel["pattern"], funnel["direction"])
            assert sum(one.state == "unknown" for one in found.fell) == step["unknown"]
            assert len(found.fell) == (0 if before is None else before - step["passed"])
            assert all(one.says for one in found.fell)
            if "reasons" in step:
                said = [one.says for one in found.fell]
                assert {reason: said.count(reason) for reason in said} == step["reasons"]
            before = step["passed"]


def misses(desk, formula, step, **more):
    question = Question("formula", parameters={"formula": formula, "min_price": 0, "min_dollar_volume": 0})
    scanner = configured(scanner_type("formula"), question.parameters)
    return fallen_at(scanner, question, desk.asked(question), AtStep(step, **more))


def test_the_nearest_miss_stands_first_with_both_sides_and_the_distance(desk):
    found = misses(desk, "close > 1.5 * sma(close, 20)", "close > 1.5 * sma(close, 20)")
    far = [one.distance_pct for one in found.fell if one.distance_pct is not None]
    assert far == sorted(far)
    first = found.fell[0]
    (part,) = first.parts
    assert part.value < part.threshold
    assert first.distance_pct == pytest.approx((part.threshold - part.value) / part.threshold * 100, rel=1e-6)
    assert first.says.startswith(f"close {part.value:.6g} is {first.distance_pct:.3g} % below 1.5 * sma(close, 20) (")


def test_the_numbers_are_those_that_explain_shows(desk):
    formula = "close > 1.5 * sma(close, 20)"
    found = misses(desk, formula, formula)
    parameters = {"formula": formula, "min_price": 0, "min_dollar_volume": 0}
    for one in found.fell[:5]:
        explained = desk.explain(Question("formula", parameters=parameters), one.symbol)
        (condition,) = (each for each in explained.patterns[0].conditions if each.name == formula)
        assert condition.parts == one.parts


def test_of_conditions_joined_with_or_the_nearest_counts(desk):
    either = "close > 3 * sma(close, 5) or close > 2 * sma(close, 5)"
    nearer = "close > 2 * sma(close, 5)"
    one, other = misses(desk, either, either).fell, misses(desk, nearer, nearer).fell
    assert [(x.symbol, x.distance_pct) for x in one] == [(x.symbol, x.distance_pct) for x in other]
    assert len(one[0].parts) == 2


def test_what_is_unknown_says_what_is_missing_and_stands_last(desk):
    formula = "close > sma(close, 5000)"
    found = misses(desk, formula, formula)
    assert found.unknown == len(found.fell) > 0
    assert "is unknown: not enough history" in found.fell[0].says
    assert found.fell[0].distance_pct is None


def test_a_page_goes_on_where_the_one_before_ended(desk):
    formula = "close > 1.5 * sma(close, 20)"
    whole = misses(desk, formula, formula, most=EVERYBODY)
    first, rest = misses(desk, formula, formula, most=7), misses(desk, formula, formula, first=7, most=EVERYBODY)
    assert (first.is_all, rest.is_all, whole.is_all) == (False, True, True)
    assert first.fell + rest.fell == whole.fell


@pytest.mark.parametrize(
    ("where", "error"),
    [
        (AtStep("no such step"), UnknownName),
        (AtStep("99"), UnknownName),
        (AtStep("-1"), UnknownName),
        (AtStep("²"), UnknownName),
        (AtStep("0", "no such pattern"), UnknownName),
        (AtStep("0", "99"), UnknownName),
    ],
)
def test_a_step_or_pattern_that_there_is_not_is_an_error(desk, where, error):
    question = Question("breakout")
    with pytest.raises(error):
        fallen_at(desk.scanner(question), question, desk.asked(question), where)


def test_a_range_has_no_single_bar_to_tell_of(desk):
    question = Question("breakout", start_date=dt.date(2025, 6, 2))
    with pytest.raises(BadInput):
        fallen_at(desk.scanner(question), question, desk.asked(question), AtStep("0"))
