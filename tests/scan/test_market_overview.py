"""A market at a glance: counted by another hand, with Polars, on drawn markets; and what is left out of each count."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

from tapehawk.core.bars import SCHEMA
from tapehawk.core.instants import microseconds
from tapehawk.core.panel import Panel
from tapehawk.core.sessions import date_of
from tapehawk.data.building import panel_of
from tapehawk.scan import market_now
from tapehawk.scan.closed import Closed
from tapehawk.scan.market_now import USUAL_BARS, now_of
from tapehawk.scan.market_overview import Floor, overview
from tapehawk.scan.regimes import regime_of_market, regimes
from tests.scan.market import SIP, days

DAYS = days(320, dt.date(2023, 6, 1))
NOW = microseconds(dt.datetime.combine(DAYS[-1], dt.time(23), dt.UTC))
NO_FLOOR = Floor(0.0, 0.0)


def drawn(seed: int, names: int = 40) -> Panel:
    """Draw names that walk at random; some begin late, some end early, some miss days."""
    chance, frames = np.random.default_rng(seed), []
    for number in range(names):
        first = int(chance.choice([0, 0, 0, 100, 300]))
        last = len(DAYS) - int(chance.choice([0, 0, 0, 0, 1, 30]))
        kept = [day for day in DAYS[first:last] if chance.random() > 0.02 or day == DAYS[last - 1]]
        close = 50 * np.exp(np.cumsum(chance.normal(0, 0.02, len(kept)))).round(2)
        spread = chance.uniform(1.0, 1.03, len(kept))
        volume = chance.integers(1_000, 5_000_000, len(kept)).astype(float)
        times = [dt.datetime.combine(day, dt.time(), dt.UTC) for day in kept]
        values = {"symbol": f"S{number:02}", "time": times, "open": close, "high": close * spread}
        values |= {"low": close / spread, "close": close, "volume": volume}
        frames.append(pl.DataFrame(values).select(*SCHEMA).cast(SCHEMA))
    return panel_of(pl.concat(frames).sort("symbol", "time"), SIP)


def frame_of(panel: Panel) -> pl.DataFrame:
    names = np.repeat(np.array(panel.symbols), np.diff(panel.starts))
    columns = {name: panel.columns[name] for name in ("session", "high", "low", "close", "volume")}
    return pl.DataFrame({"symbol": names, **columns})


def counted(panel: Panel) -> dict:
    """Count with Polars."""
    year, usual = market_now.SESSION_BARS_A_YEAR, USUAL_BARS
    rows = frame_of(panel).with_columns(
        change=(pl.col("close") / pl.col("close").shift(1) - 1).over("symbol") * 100,
        high_year=pl.col("high").shift(1).rolling_max(year).over("symbol"),
        low_year=pl.col("low").shift(1).rolling_min(year).over("symbol"),
        usual=pl.col("volume").shift(1).rolling_mean(usual).over("symbol"),
    )
    last = rows.group_by("symbol").last()
    current = last.filter(pl.col("session") == pl.col("session").max())
    dollars = (pl.col("close") * pl.col("volume")).alias("dollars")
    known = current.drop_nulls("usual")
    return {
        "symbols": current.height,
        "late": last.height - current.height,
        "advancers": current.filter(pl.col("change") > 0).height,
        "decliners": current.filter(pl.col("change") < 0).height,
        "unchanged": current.filter(pl.col("change") == 0).height,
        "new_highs": current.filter(pl.col("high") > pl.col("high_year")).height,
        "new_lows": current.filter(pl.col("low") < pl.col("low_year")).height,
        "with_a_year": current.drop_nulls("high_year").height,
        "total": current["volume"].sum(),
        "dollars": current.select(dollars.sum()).item(),
        "by_usual": known["volume"].sum() / known["usual"].sum(),
        "gainers": known.filter(pl.col("change") > 0).sort("change", descending=True)["symbol"].to_list()[:5],
        "losers": known.filter(pl.col("change") < 0).sort("change")["symbol"].to_list()[:5],
        "active": current.sort(dollars, descending=True)["symbol"].to_list()[:5],
    }


def said(panel: Panel) -> dict:
    found = overview(now_of(panel, NOW), floor=NO_FLOOR, most=5)
    names = {"gainers": "top_gainers", "losers": "top_losers", "active": "most_active"}
    return {
        **{name: found[name] for name in counted(panel) if name in found},
        **{name: found["volume"][name] for name in ("total", "dollars", "by_usual")},
        **{name: [row["symbol"] for row in found[of]] for name, of in names.items()},
    }


@pytest.mark.parametrize("seed", range(8))
def test_it_counts_what_another_hand_counts(seed):
    panel = drawn(seed)
    mine, theirs = said(panel), counted(panel)
    assert {name: mine[name] for name in theirs} == {
        name: pytest.approx(value) if isinstance(value, float) else value for name, value in theirs.items()
    }


def test_planted_a_year_that_has_the_bar_itself_in_it_is_noticed(monkeypatch):
    over = market_now._over
    monkeypatch.setattr(market_now, "_over", lambda values, bar, *how: how[1](over(values, bar, *how), values[bar]))
    panels = [drawn(seed) for seed in range(4)]
    assert any(said(panel)["new_highs"] != counted(panel)["new_highs"] for panel in panels)


def test_movers_are_among_those_that_can_be_bought():
    now = now_of(drawn(1), NOW)
    floor = Floor(45.0, 100_000_000.0)
    found = overview(now, floor=floor)
    rows = [*found["top_gainers"], *found["top_losers"]]
    assert rows
    assert all(row["last"] >= 45 and now.dollars[now.number[row["symbol"]]] >= 1e8 for row in rows)
    assert found["movers_floor"] == {"price": 45.0, "mean_dollar_volume": 1e8}
    assert (Floor.of("us"), Floor.of("crypto").price) == (Floor(5.0, 5_000_000.0), 0.0)


def test_a_bar_that_has_not_closed_is_not_counted():
    panel = drawn(2)
    noon = microseconds(dt.datetime.combine(DAYS[-1], dt.time(16), dt.UTC))
    assert overview(now_of(panel, noon), floor=NO_FLOOR)["session"] == str(DAYS[-2])


def test_before_anything_has_closed_there_is_nothing():
    found = overview(now_of(drawn(3), 0), floor=NO_FLOOR)
    assert (found["session"], found["symbols"], found["top_gainers"], found["volume"]["by_usual"]) == (
        None,
        0,
        [],
        None,
    )


def test_the_regime_is_the_one_that_the_index_has_after_its_last_bar():
    panel = drawn(4)
    mine = regime_of_market(Closed.at(panel, NOW), None)
    assert mine["of"] == f"equal weight of {len(panel.symbols)} symbols, closes only"
    assert mine["regime"] == regimes(panel)(date_of(int(panel.columns["session"].max()) + 1))
    assert 0 <= mine["confidence"] <= 1


def test_the_regime_of_a_symbol_that_stands_for_the_market_is_its_own():
    panel = drawn(5)
    alone = panel.select(("S00",))
    of_one = regime_of_market(Closed.at(panel, NOW), "S00")
    same = regime_of_market(Closed.at(alone, NOW), "S00")
    assert of_one == same
    assert regime_of_market(Closed.at(panel, NOW), "SPY") == {
        "available": False,
        "reason": "no 1d bars of SPY are stored",
    }
