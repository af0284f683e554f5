"""Explain: the same evaluator as a scan, on one symbol, with its values; unknown says what is missing, never "no"."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

import numpy as np
import pytest

from tapehawk.core.columns import close, high, low, open_, raw, volume
from tapehawk.core.errors import BadInput, NoData, UnknownName
from tapehawk.core.expr import known, on, rank
from tapehawk.core.indicators import rvol, sma
from tapehawk.core.panel import Panel
from tapehawk.core.scanner import BUY, NONE, Scanner, Setup
from tapehawk.core.signals import Risk
from tapehawk.scan.asked import asked_for
from tapehawk.scan.explain import Condition, Explanation, Pattern, explained
from tapehawk.scan.question import Question
from tapehawk.scanners.breakout import Breakout
from tapehawk.scanners.inside_bar import InsideBar
from tapehawk.scanners.lc import Lc
from tapehawk.scanners.technical import Technical
from tests.scan.market import NOWHERE, ask, calm, inside_break
from tests.scanners.tape import full_sessions, intraday, market


def explain(panel: Panel, scanner: Scanner, symbol: str = "AAA", **question: object) -> Explanation:
    asked_question = Question(scanner.type(), timeframe=panel.timeframe, **question)
    return explained(scanner, asked_question, asked_for(NOWHERE, asked_question, panel), symbol, Risk())


def conditions(pattern: Pattern) -> dict[str, Condition]:
    return {condition.name: condition for condition in pattern.conditions}


class Several(Scanner):
    """Conditions of every shape."""

    min_price: float = 0
    min_dollar_volume: float = 0

    def setups(self):
        when = {
            "either": (close > open_ * 2) | (close > open_),
            "both": (high > high[1]) & (raw.close > 50),
            "not equal": close != open_,
            "not both": ~((close < open_) & (low < low[1])),
            "there": known(close[1]),
            "average": close > sma(close, 40),
            "week": close > on("1w", high),
        }
        yield Setup("several", NONE, when)


def test_every_condition_is_told_in_order_the_universes_first_with_value_and_threshold():
    up, down = explain(market({"AAA": [*calm(60), *inside_break()]}), InsideBar()).patterns
    assert [c.name for c in up.conditions] == [
        "price ≥ 5", "dollar volume ≥ 5,000,000 a day", "inside bar", "close above it", "valid levels",
    ]  # fmt: skip
    price, _, inside, above, _ = up.conditions
    assert (price.state, price.parts[0].value, price.parts[0].operator, price.parts[0].threshold) == (
        "true",
        pytest.approx(102.5),
        ">=",
        5,
    )
    assert [(p.value, p.operator, p.threshold) for p in inside.parts] == [(101, "<", 102), (99, ">", 98)]
    assert above.text == "close > high[1] * 1.001"
    assert above.parts[0].threshold == pytest.approx(101.101)
    assert (up.hit, up.first_not_true) == (True, None)
    assert (down.hit, down.first_not_true, down.row) == (False, "close below it", None)
    assert conditions(down)["close below it"].state == "false"


def test_a_hit_is_shown_as_the_row_that_a_scan_gives():
    panel = market({"AAA": [*calm(60), *inside_break()], "BBB": calm(63)})
    (row,) = ask(panel, InsideBar()).results
    assert explain(panel, InsideBar()).patterns[0].row == row


def test_and_and_or_are_told_part_by_part_and_not_as_its_contrary():
    told = conditions(explain(market({"AAA": [*calm(5), (100, 103, 99, 102, 1e6)]}), Several()).patterns[0])
    assert [(p.text, p.state) for p in told["either"].parts] == [
        ("close > open * 2", "false"),
        ("close > open", "true"),
    ]
    assert told["either"].state == "true"
    (unequal,) = told["not equal"].parts
    assert (unequal.operator, unequal.value, unequal.threshold) == ("!=", 102, 100)
    (not_both,) = told["not both"].parts
    assert (not_both.state, not_both.value, not_both.text) == ("true", None, "not (close < open and low < low[1])")
    assert (told["there"].state, told["there"].parts[0].operator) == ("true", None)


def test_unknown_says_how_many_bars_there_are_and_how_many_are_needed():
    (pattern,) = explain(market({"AAA": [*calm(5), (100, 103, 99, 102, 1e6)]}), Several()).patterns
    told = conditions(pattern)
    assert (told["average"].state, told["average"].reason) == ("unknown", "not enough history: 6 bars, 40 are needed")
    assert (told["week"].state, told["week"].parts[0].threshold) == ("true", 100.25)  # Monday's: last week is over
    assert pattern.first_not_true == "average"


def test_bars_that_were_left_out_are_named():
    panel = replace(market({"AAA": calm(6)}), left_out={"AAA": 300})
    told = conditions(explain(panel, Several()).patterns[0])
    assert told["average"].reason == "not enough history: 6 bars, 40 are needed (300 earlier ones are quarantined)"


def test_a_value_that_is_missing_of_itself_is_not_called_a_lack_of_history():
    panel = market({"AAA": [*calm(40, volume=0.0), (100, 103, 99, 102, 1e6)]})

    class Busy(Several):
        def setups(self):
            yield Setup("busy", NONE, {"busy": rvol(20) > 2})

    (busy,) = [c for c in explain(panel, Busy()).patterns[0].conditions if c.name == "busy"]
    assert (busy.state, busy.parts[0].value, busy.reason) == (
        "unknown",
        None,
        "a value it needs is missing on this bar",
    )


def test_prices_are_shown_as_traded_that_day():
    panel = market({"AAA": [*calm(60), *inside_break()]})
    halved = {
        f"raw.{name}": column * 2 for name, column in panel.columns.items() if name in ("open", "high", "low", "close")
    }
    panel = replace(panel, columns={**panel.columns, **halved, "raw.volume": panel.columns["volume"] / 2})
    told = conditions(explain(panel, InsideBar()).patterns[0])
    assert told["close above it"].parts[0].value == pytest.approx(205)
    assert told["price ≥ 5"].parts[0].value == pytest.approx(205)
    assert told["dollar volume ≥ 5,000,000 a day"].parts[0].value == pytest.approx(1.05e8, rel=0.05)


def test_the_band_the_levels_and_the_lowest_score_come_last():
    bars = [*calm(30, 20.0), (20, 21, 19.9, 21, 3.5e6)]
    hidden = explain(market({"AAA": bars}), Breakout()).patterns[0]
    assert (hidden.first_not_true, hidden.hit) == ("min_price", False)
    shown = explain(market({"AAA": bars}), Breakout(min_price=0)).patterns[0]
    assert [c.name for c in shown.conditions][-4:] == ["max_price", "min_volume", "valid levels", "score ≥ 10"]
    quieter = [*calm(30, 20.0), (20, 21, 19.9, 21, 1.6e6)]
    strict = explain(market({"AAA": quieter}), Breakout(min_price=0, min_probability_score=100)).patterns[0]
    assert (strict.first_not_true, strict.conditions[-1].parts[0].threshold) == ("score ≥ 100", 100)


def test_a_stop_on_the_wrong_side_is_what_was_not_true():
    class Wrong(Several):
        def setups(self):
            yield Setup("wrong", BUY, {"any": close > 0}, stop=high * 2)

    (pattern,) = explain(market({"AAA": calm(3)}), Wrong()).patterns
    assert (pattern.first_not_true, pattern.row) == ("valid levels", None)


def test_a_rank_is_that_among_the_whole_universe_whichever_symbols_are_asked_for():
    class First(Several):
        def setups(self):
            yield Setup("first", NONE, {"first": rank(raw.volume) <= 1, "volume": volume > 0})

    panel = market({"AAA": calm(3, volume=2.0), "BBB": calm(3, volume=9.0), "CCC": calm(3, volume=5.0)})
    ranks = [explain(panel, First(), name).patterns[0].conditions[1].parts[0].value for name in panel.symbols]
    assert ranks == [3, 1, 2]
    only_two = explain(panel, First(), symbols=("AAA", "CCC"))
    assert only_two.patterns[0].conditions[1].parts[0].value == 3


def test_it_agrees_with_the_scan_on_every_symbol_and_pattern():
    rng = np.random.default_rng(5)
    tapes = {}
    for i in range(25):
        c = 100 * np.exp(np.cumsum(rng.normal(0, 0.03, 70)))
        o = c * np.exp(rng.normal(0, 0.01, 70))
        tapes[f"S{i:02}"] = list(
            zip(o, np.maximum(o, c) * 1.01, np.minimum(o, c) * 0.99, c, rng.uniform(1e6, 5e6, 70), strict=True)
        )
    panel = market(tapes)
    for scanner in (InsideBar(), Breakout(max_results_per_day=1000), Lc(min_volume=0, min_dollar_volume=0, og=True)):
        scanned = {(row["symbol"], row["pattern"]) for row in ask(panel, scanner).results}
        told = {(name, p.pattern) for name in panel.symbols for p in explain(panel, scanner, name).patterns if p.hit}
        assert told == scanned


def test_on_intraday_bars_it_is_the_last_bar_closed_by_the_cutoff():
    panel = intraday("5m", full_sessions("5m", 30))
    told = explain(panel, Breakout(), cutoff="09:50")
    assert told.bars == 29 * 78 + 4
    assert explain(panel, Breakout()).bars == 30 * 78


def test_it_is_plain_values():
    told = explain(market({"AAA": [*calm(60), *inside_break()]}), InsideBar()).to_dict()
    assert json.loads(json.dumps(told, allow_nan=False))["patterns"][0]["conditions"][0]["state"] == "true"
    assert (told["symbol"], told["scanner_type"], told["as_of"], told["bars"]) == (
        "AAA",
        "inside_bar",
        "2022-04-01",
        63,
    )


# --------------------------------------------------------------------------------------------------------- no answer


def test_a_date_on_which_the_symbol_has_no_bar_says_so_and_names_its_nearest():
    panel = market({"AAA": calm(10), "BBB": calm(30)})
    with pytest.raises(NoData, match="AAA has no bar on 2022-02-01") as error:
        explain(panel, InsideBar(), scan_date=dt.date(2022, 2, 1))
    assert error.value.hint == "its nearest sessions: 2022-01-14"


def test_an_unknown_symbol_and_a_range_are_refused():
    panel = market({"AAPL": calm(10), "MSFT": calm(10)})
    with pytest.raises(UnknownName) as error:
        explain(panel, InsideBar(), "APPL")
    assert error.value.nearest[0] == "AAPL"
    with pytest.raises(BadInput, match="about one date"):
        explain(panel, InsideBar(), "AAPL", start_date=dt.date(2022, 1, 4))


def test_conditions_on_slower_bars_are_told_with_their_values_there():
    class Slower(Several):
        """A condition on weekly bars."""

        def setups(self):
            yield Setup("slower", NONE, {"week": on("1w", (close > open_) & ~(close > 50))})

    panel = market({"AAA": [*calm(4), (100, 103, 99, 102, 1e6), *calm(2, 200.0)]})
    (condition,) = [c for c in explain(panel, Slower()).patterns[0].conditions if c.name == "week"]
    assert [(p.value, p.operator, p.threshold, p.state) for p in condition.parts] == [
        (102, ">", 100, "true"), (102, "<=", 50, "false"),
    ]  # fmt: skip
    assert condition.parts[0].text == 'on("1w", close > open)'


def test_conditions_are_told_in_the_words_of_formulas_whatever_the_bars():
    def texts(panel: Panel, scanner: Scanner) -> set[str]:
        return {condition.text for pattern in explain(panel, scanner).patterns for condition in pattern.conditions}

    daily, minutes = market({"AAA": calm(60)}), intraday("5m", full_sessions("5m", 30))
    said = {"rvol_tod(5) >= 1.5", '(close / on("1d", highest(high, 5)) - 1) * 100 > 0.5'}
    assert said <= texts(daily, Breakout())
    assert said <= texts(minutes, Breakout())
    assert "rsi(14) <= 30 or bollinger(20, 2).percent_b <= 0" in texts(daily, Technical())
    assert 'on("1d", ema(close, 20) > ema(close, 50))' in texts(minutes, Technical())
