"""The opportunity score of past signals: what an analyst asked at that moment says, of whichever scanner they are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tapehawk.analysis.opportunity import Opportunity
from tapehawk.core.instants import datetime_of, rfc3339
from tapehawk.core.panel import Panel
from tapehawk.core.signal_record import Change, SetupKey, Signal
from tapehawk.scan.closed import closes_of
from tapehawk.scan.scores_then import scores_then
from tests.analysis import tapes
from tests.scan.signal_rows import begins

SIDES = ("BUY", "SELL")


def signal(panel: Panel, bar: int, side: str, *, known: int | None = None, scanner: str = "gap") -> Signal:
    """A signal of a bar, by default known at its close."""
    symbol = panel.symbols[int(np.searchsorted(panel.starts, bar, side="right")) - 1]
    key = SetupKey(scanner, "up", symbol, "us:test:sip:none:consolidated", panel.timeframe, rfc3339(begins(panel, bar)))
    at = int(closes_of(panel, np.array([bar]))[0]) if known is None else known
    row = {"direction": side, "score": 50.0, "phase": "regular"}
    return Signal(key, "regular", "us", "live", "close", row, (Change("active", at),))


def said_then(panel: Panel, one: Signal) -> float | None:
    """What an analyst says who is asked when the signal is known."""
    at = datetime_of(one.history[0].at)
    analyst = tapes.analyst({panel.timeframe: panel}, Opportunity(panel.timeframe), at=at)
    symbol = one.key.symbol
    return analyst.analyse([symbol], {symbol: one.row["direction"]})[symbol]["opportunity_score"].get("score")


def some(panel: Panel, step: int = 37) -> list[Signal]:
    """Signals here and there, of several scanners, some on the first bars and on the last."""
    bars = [*range(0, panel.n_bars, step), *(panel.starts[1:] - 1).tolist()]
    return [signal(panel, bar, SIDES[k % 2], scanner=("gap", "crp", "lc")[k % 3]) for k, bar in enumerate(bars)]


@pytest.mark.parametrize("timeframe", ["1d", "5m", "1w"])
def test_a_score_is_what_the_analysis_said_when_the_signal_was_known(timeframe):
    panel = tapes.panel(timeframe)
    found = scores_then(panel, some(panel))
    assert found == {str(one.key): said_then(panel, one) for one in some(panel)}
    assert None in found.values(), "some have too short a history"
    assert len(set(found.values())) > 5


def test_bars_that_came_later_have_no_part_in_it():
    panel = tapes.panel("1d")
    cut = panel.until(int(panel.time[150]))
    early = [signal(panel, int(start) + 150, side) for start in panel.starts[:-1] for side in SIDES]
    assert scores_then(cut, early) == scores_then(panel, early)


def test_a_signal_of_a_bars_open_is_scored_by_the_bar_before():
    panel = tapes.panel("1d")
    opened = signal(panel, 200, "SELL", known=begins(panel, 200))
    assert list(scores_then(panel, [opened]).values()) == list(
        scores_then(panel, [signal(panel, 199, "SELL")]).values()
    )


def test_a_signal_whose_bar_is_not_among_the_panels_is_left_out_until_it_is():
    panel = tapes.panel("1d")
    cut = panel.until(int(panel.time[150]))
    late, one = signal(panel, 151, "BUY"), signal(panel, 100, "BUY")
    gone = replace(one, key=replace(one.key, symbol="ZZZ"))
    assert scores_then(cut, [late, gone]) == {}
    assert scores_then(panel, [late, gone]).keys() == {str(late.key)}
    assert scores_then(panel, []) == {}
