"""The analyst: whatever is asked of it, each symbol gets its own answer, from closed bars, or the reason why not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import pytest

from tapehawk.analysis.confluence import Confluence
from tapehawk.analysis.levels import Levels
from tapehawk.analysis.opportunity import Opportunity
from tapehawk.analysis.part import On, Part, Seen
from tapehawk.analysis.regime import Regime
from tapehawk.core.columns import close
from tapehawk.core.errors import BadInput, UnknownName
from tapehawk.core.evaluate import evaluate
from tapehawk.core.expr import Expr, on, rank
from tapehawk.core.panel import Panel
from tapehawk.core.workspace import Workspace
from tapehawk.data.panels import PanelQuestion
from tapehawk.scan.deep import Analyst, usual_parts
from tapehawk.scan.stored_bars import StoredBars
from tests.analysis import tapes
from tests.scan import market

SIDES = {"AAA": "BUY", "BBB": "SELL", "CCC": "BUY"}


@pytest.fixture(scope="module")
def panels() -> dict[str, Panel]:
    return tapes.every()


@dataclass(frozen=True)
class Close(Part):
    """Says the last close on daily bars; fails for whoever's is above `fails_above`."""

    name: ClassVar[str] = "close"
    x: Expr = close
    fails_above: float = 1e9

    def inputs(self) -> Mapping[On, Mapping[str, Expr]]:
        return {On("1d"): {"close": self.x}}

    def answer(self, side: str, seen: Seen) -> Mapping[str, Any]:
        value = seen.need(On("1d"), 1)["close"]
        if value > self.fails_above:
            raise ZeroDivisionError("planted")
        return {"close": value, "side": side}


def without_last(panel: Panel, symbol: str, bars: int) -> Panel:
    """The panel with a symbol's last bars missing."""
    place = panel.symbols.index(symbol)
    kept = np.ones(panel.n_bars, dtype=bool)
    kept[panel.starts[place + 1] - bars : panel.starts[place + 1]] = False
    starts = panel.starts - np.where(np.arange(panel.starts.size) > place, bars, 0)
    columns = {name: x[kept] for name, x in panel.columns.items()}
    return replace(panel, starts=starts, time=panel.time[kept], columns=columns)


# -------------------------------------------------------------------------------------- everyone's own answer


def test_a_batch_gives_each_symbol_what_it_gets_alone(panels):
    analyst = tapes.analyst(panels, *usual_parts())
    together = analyst.analyse(["CCC", "AAA", "BBB"], SIDES)
    assert list(together) == ["CCC", "AAA", "BBB"]
    for symbol in SIDES:
        assert analyst.analyse([symbol], SIDES) == {symbol: together[symbol]}
    assert len({one["opportunity_score"]["inputs"]["rsi"] for one in together.values()}) == 3


def test_s1_s3_a_symbol_that_is_not_there_gets_nobody_elses_answer_and_spoils_nobodys(panels):
    analyst = tapes.analyst(panels, *usual_parts())
    found = analyst.analyse(["NOPE", "AAA", "BASE/QUOTE:SETTLE", "BBB"], SIDES)
    assert {symbol: found[symbol] for symbol in ("AAA", "BBB")} == analyst.analyse(["AAA", "BBB"], SIDES)
    for symbol in ("NOPE", "BASE/QUOTE:SETTLE"):
        assert not any(part["available"] for part in found[symbol].values())
        assert found[symbol]["market_regime"]["reason"] == f"no 1d bars of {symbol} are stored"


def test_values_are_those_of_a_scan_at_the_same_bar(panels):
    (found,) = tapes.analyst(panels, Opportunity("1h")).analyse(["BBB"], SIDES).values()
    named = Opportunity("1h").inputs()[On("1h")]
    columns = evaluate(panels["1h"].block(0, 3), *named.values())
    last = [float(column[panels["1h"].starts[2] - 1]) for column in columns]
    assert list(found["opportunity_score"]["inputs"].values()) == last


def test_a_symbol_without_a_side_is_a_hold_and_one_asked_twice_is_answered_once(panels):
    found = tapes.analyst(panels, Close(), Levels()).analyse(["AAA", "AAA"], {})
    assert list(found) == ["AAA"]
    assert found["AAA"]["close"]["side"] == "HOLD"
    assert found["AAA"]["sl_tp"] == {"available": False, "reason": "HOLD has no side"}


def test_nobody_asked_about_is_answered_by_nothing(panels):
    assert tapes.analyst(panels, *usual_parts()).analyse([], {}) == {}


# ------------------------------------------------------------------------------------------------- timeframes


def test_s2_an_hour_is_an_hour_and_an_unknown_timeframe_is_an_error(panels):
    assert set(Opportunity.of_signals_on("1h").inputs()) == {On("1h")}
    (found,) = tapes.analyst({"1d": panels["1d"]}, *usual_parts("1h")).analyse(["AAA"], SIDES).values()
    assert found["opportunity_score"]["reason"] == found["sl_tp"]["reason"] == "no 1h bars are stored"
    with pytest.raises(UnknownName):
        usual_parts("2h")


def test_a_timeframe_whose_bars_ended_long_before_the_others_has_no_vote(panels):
    ended = tapes.closed_by(dt.datetime(2024, 2, 23, tzinfo=dt.UTC))(tapes.panel("5m", 800))
    (found,) = tapes.analyst({**panels, "5m": ended}, Confluence()).analyse(["AAA"], SIDES).values()
    assert sum(found["confluence"]["votes"].values()) == 3
    reason = "its bars end 6 sessions before those of other timeframes"
    assert found["confluence"]["timeframes"]["5m"] == {"available": False, "reason": reason}
    assert "5m bars end 6 sessions before others" in found["confluence"]["labels"]


def test_a_timeframe_that_is_behind_the_others_is_answered_and_labelled(panels):
    ended = tapes.closed_by(dt.datetime(2024, 2, 23, tzinfo=dt.UTC))(panels["1d"])
    (found,) = tapes.analyst({**panels, "1d": ended}, *usual_parts()).analyse(["AAA"], SIDES).values()
    assert found["sl_tp"]["as_of"] == "2024-02-22T21:00:00Z"
    assert found["sl_tp"]["labels"] == ["stale since 2024-02-22", "1d bars end 6 sessions before others"]


def test_a_part_may_read_slower_bars_within_faster_ones(panels):
    (found,) = tapes.analyst(panels, Close(x=on("1w", close))).analyse(["AAA"], {}).values()
    days, closes = panels["1d"].columns["session"][:260], panels["1d"].columns["close"][:260]
    assert found["close"]["close"] == closes[days < days[-1] - 4][-1]  # the last Friday before LAST, which is one


# ----------------------------------------------------------------------------------- who is not there, or late


@pytest.mark.parametrize(("listed", "why"), [(("BBB",), "halted, or late in the data"), ((), "delisted, or gone")])
def test_a_symbol_without_bars_for_some_sessions_is_said_to_be_that(panels, listed, why):
    short = replace(without_last(panels["1d"], "BBB", 5), stale=listed)
    found = tapes.analyst({"1d": short}, *usual_parts()).analyse(["AAA", "BBB"], SIDES)
    assert found["AAA"]["sl_tp"]["available"]
    assert not any(part["available"] for part in found["BBB"].values())
    assert why in found["BBB"]["sl_tp"]["reason"]
    assert "since 2024-02-23, for 5 sessions" in found["BBB"]["sl_tp"]["reason"]


def test_a_symbol_that_missed_a_session_is_answered_and_labelled(panels):
    short = {"1d": without_last(panels["1d"], "BBB", 1)}
    found = tapes.analyst(short, Levels()).analyse(["AAA", "BBB"], SIDES)
    assert found["BBB"]["sl_tp"]["as_of"] == "2024-02-29T21:00:00Z"
    assert found["BBB"]["sl_tp"]["labels"] == ["no bar for 1 session"]
    assert found["AAA"]["sl_tp"]["labels"] == []


def test_bars_that_are_old_as_a_whole_are_answered_and_labelled(panels):
    later = dt.datetime(2024, 3, 20, tzinfo=dt.UTC)
    (found,) = tapes.analyst(panels, Levels(), at=later).analyse(["AAA"], SIDES).values()
    assert found["sl_tp"]["labels"] == ["stale since 2024-03-01"]


def test_simulated_bars_say_so_and_are_never_stale(panels):
    simulated = {tf: replace(panel, labels=("simulated",)) for tf, panel in panels.items()}
    later = dt.datetime(2024, 3, 20, tzinfo=dt.UTC)
    (found,) = tapes.analyst(simulated, *usual_parts(), at=later).analyse(["AAA"], SIDES).values()
    assert {tuple(part["labels"]) for part in found.values() if part["available"]} == {("simulated",)}


# -------------------------------------------------------------------------------------------------- benchmark


def test_the_benchmark_is_the_named_symbol(panels):
    found = tapes.analyst(panels, Regime(), benchmark="CCC").analyse(["AAA", "CCC"], {})
    own, beside = found["CCC"]["market_regime"], found["AAA"]["market_regime"]["benchmark"]
    assert beside["of"] == "CCC"
    assert {name: beside[name] for name in ("regime", "confidence", "inputs")} == {
        name: own[name] for name in ("regime", "confidence", "inputs")
    }


def test_a_benchmark_that_is_not_stored_is_missed_not_replaced(panels):
    (found,) = tapes.analyst(panels, Regime(), benchmark="SPY").analyse(["AAA"], {}).values()
    assert found["market_regime"]["available"]
    assert found["market_regime"]["benchmark"] == {"available": False, "reason": "no 1d bars of SPY are stored"}


def test_without_one_it_is_the_equal_weight_of_the_universe_and_says_so(panels):
    (found,) = tapes.analyst(panels, Regime()).analyse(["AAA"], {}).values()
    assert found["market_regime"]["benchmark"]["of"] == "equal weight of 3 symbols, closes only"
    rising = {"1d": tapes.panel("1d", 260, drift=0.004, step=0.001)}
    (found,) = tapes.analyst(rising, Regime()).analyse(["AAA"], {}).values()
    assert found["market_regime"]["benchmark"]["regime"] == "bull"


# ------------------------------------------------------------------------------------------------ what can fail


def test_a_part_that_fails_for_one_symbol_spoils_that_part_of_that_symbol_only(panels):
    highest = max(panels["1d"].columns["close"][panels["1d"].starts[1:] - 1])
    columns = {name: x.copy() for name, x in panels["1d"].columns.items()}
    for name in tapes.PRICES:
        columns[name][260:520] *= 2.0  # BBB
    analyst = tapes.analyst({"1d": replace(panels["1d"], columns=columns)}, Close(fails_above=1.5 * highest), Levels())
    found = analyst.analyse(tapes.SYMBOLS, SIDES)
    assert found["BBB"]["close"] == {"available": False, "reason": "failed: ZeroDivisionError: planted"}
    assert found["BBB"]["sl_tp"]["available"]
    assert all(part["available"] for symbol in ("AAA", "CCC") for part in found[symbol].values())


def test_two_parts_of_one_name_are_refused(panels):
    with pytest.raises(BadInput, match="one name"):
        tapes.analyst(panels, Levels("1d"), Levels("1h"))


def test_a_part_that_ranks_symbols_is_refused(panels):
    with pytest.raises(BadInput, match="ranks symbols"):
        tapes.analyst(panels, Close(x=rank(close / close[5])))


def test_an_empty_store_is_said_to_be_empty():
    (found,) = tapes.analyst({}, *usual_parts()).analyse(["AAA"], SIDES).values()
    assert found["sl_tp"] == {"available": False, "reason": "no 1d bars are stored"}


# ------------------------------------------------------------------------------------------- threads and calls


def test_threads_get_the_same_answers(panels):
    analyst = tapes.analyst(panels, *usual_parts())
    expected = analyst.analyse(tapes.SYMBOLS, SIDES)
    with ThreadPoolExecutor(8) as pool:
        for found in pool.map(lambda _: analyst.analyse(tapes.SYMBOLS, SIDES), range(64)):
            assert found == expected


def test_nothing_is_planned_or_opened_in_the_first_call(panels, monkeypatch):
    analyst = tapes.analyst(panels, *usual_parts())
    monkeypatch.setattr(Workspace, "of", None)
    monkeypatch.setattr("tapehawk.scan.deep_views.index_of", None)
    assert analyst.analyse(["AAA"], SIDES)["AAA"]["confluence"]["available"]


def test_an_analysis_moves_on_as_bars_close(panels):
    clock = [dt.datetime(2024, 2, 29, 12, tzinfo=dt.UTC)]
    analyst = Analyst(lambda timeframe: panels[timeframe], [Close()], now=lambda: clock[0])
    for day in (28, 29):
        clock[0] = dt.datetime(2024, 2, day, 23, tzinfo=dt.UTC)
        assert analyst.analyse(["AAA"], {})["AAA"]["close"]["as_of"] == f"2024-02-{day}T21:00:00Z"


# --------------------------------------------------------------------------------------------------- the store


def test_levels_are_as_traded_and_ratios_span_the_split(tmp_path):
    days = market.days(60)
    bars = [(100.0, 102.0, 98.0, 100.0 + (i % 2), 1e6) for i in range(60)]
    market.fill(tmp_path, market.frame("AAA", bars, days), splits={"AAA": (days[-1] + dt.timedelta(days=1), 2.0)})
    now = dt.datetime.combine(days[-1], dt.time(23), dt.UTC)
    analyst = Analyst(
        StoredBars(tmp_path, PanelQuestion(as_of=days[-1] + dt.timedelta(days=2))), [Levels()], now=lambda: now
    )
    levels = analyst.analyse(["AAA"], {"AAA": "BUY"})["AAA"]["sl_tp"]
    assert levels["entry"] == 101.0  # the adjusted close is 50.5
    assert 97.0 < levels["stop"] < 101.0 < levels["resistance"] < 103.0


def test_new_bars_in_the_store_are_seen(tmp_path):
    days = market.days(61)
    market.fill(tmp_path, market.frame("AAA", market.calm(60), days[:60]))
    now = dt.datetime.combine(days[-1], dt.time(23), dt.UTC)
    analyst = Analyst(StoredBars(tmp_path, PanelQuestion()), [Close()], now=lambda: now)
    assert analyst.analyse(["AAA"], {})["AAA"]["close"]["close"] == 100.0
    market.fill(tmp_path, market.frame("AAA", [(110.0, 111.0, 109.0, 110.0, 1e6)], days[60:]))
    assert analyst.analyse(["AAA"], {})["AAA"]["close"]["close"] == 110.0


def test_a_panel_is_opened_once_per_data_version(tmp_path, monkeypatch):
    market.fill(tmp_path, market.frame("AAA", market.calm(60), market.days(60)))
    stored = StoredBars(tmp_path, PanelQuestion())
    first = stored("1d")
    monkeypatch.setattr("tapehawk.scan.stored_bars.open_panel", None)
    assert stored("1d") is first


def test_weeks_are_made_of_days_and_say_so(tmp_path):
    days = market.days(400)
    rng = np.random.default_rng(4)
    price = 100.0 * np.exp(np.cumsum(rng.normal(0.001, 0.01, 400)))
    bars = [
        (p, p * 1.01, p * 0.99, p * (1 + move), 1e6) for p, move in zip(price, rng.normal(0, 0.005, 400), strict=True)
    ]
    market.fill(tmp_path, market.frame("AAA", bars, days))
    now = dt.datetime.combine(days[-1], dt.time(23), dt.UTC)
    (found,) = (
        Analyst(StoredBars(tmp_path, PanelQuestion()), [Confluence()], now=lambda: now).analyse(["AAA"], SIDES).values()
    )
    assert sum(found["confluence"]["votes"].values()) == 2
    assert "made of 1d bars" in found["confluence"]["labels"]
    assert found["confluence"]["strength"] in ("MODERATE", "WEAK")
