"""The regime on a date is what was known at its open."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from tapehawk.core.panel import Panel
from tapehawk.core.sessions import date_of, us_calendar
from tapehawk.scan.regimes import regimes

DAYS = us_calendar().sessions_between(dt.date(2022, 1, 3), dt.date(2023, 9, 1))
TURN = 260  # the session from which on the market falls


def market(symbols: int = 3) -> Panel:
    """Symbols that rise by half a percent a session, then fall by one."""
    n = DAYS.size
    close = 50 * np.cumprod(np.where(np.arange(n) < TURN, 1.005, 0.99))
    whole = np.tile(close, symbols)
    columns = dict.fromkeys(("open", "high", "low", "close"), whole)
    columns |= {"volume": np.full(whole.size, 1e6), "minute": np.zeros(whole.size)}
    columns["session"] = np.tile(DAYS, symbols).astype(float)
    names = tuple(f"S{k}" for k in range(symbols))
    time = np.tile(DAYS * 86_400_000_000, symbols)
    return Panel(symbols=names, starts=np.arange(symbols + 1) * n, time=time, columns=columns)


def on(place: int) -> dt.date:
    return date_of(int(DAYS[place]))


def test_a_market_that_rises_is_a_bull_one_that_falls_long_enough_a_bear_and_a_short_past_says_nothing():
    regime = regimes(market())
    assert regime(on(0)) is None
    assert regime(on(200)) is None, "200 sessions of the index lie before session 201"
    assert regime(on(201)) == regime(on(TURN)) == "bull"
    assert regime(on(TURN + 120)) == "bear"
    assert regime(dt.date(2020, 1, 2)) is None


@pytest.mark.parametrize("place", [230, TURN + 1, TURN + 60])
def test_neither_the_day_itself_nor_what_comes_after_it_changes_its_regime(place):
    whole = market(1)
    changed = {name: column.copy() for name, column in whole.columns.items()}
    for name in ("open", "high", "low", "close"):
        changed[name][place:] *= 0.2
    assert regimes(replace(whole, columns=changed))(on(place)) == regimes(whole)(on(place))


def test_the_sessions_before_a_day_decide_its_regime():
    whole = market(1)
    fallen = whole.columns["close"].copy()
    fallen[170:230] *= 0.97 ** np.arange(60)
    assert regimes(replace(whole, columns={**whole.columns, "close": fallen}))(on(230)) == "bear"
    assert regimes(whole)(on(230)) == "bull"
