"""The market's regime: on every date as known at the day's open, and at the last closed bar.

That of the equal-weight index of what is stored, or of a symbol that stands for the market.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np

from tapehawk.analysis.part import HOLD, Bar, Seen, answered, unavailable
from tapehawk.analysis.regime import SYMBOL, Regime
from tapehawk.core.evaluate import evaluate
from tapehawk.core.panel import Panel
from tapehawk.core.sessions import day_number
from tapehawk.scan.closed import Closed
from tapehawk.scan.deep_inputs import Inputs
from tapehawk.scan.market_index import complete_end, index_of


def regimes(daily: Panel) -> Callable[[dt.date], str | None]:
    """Return what says the regime on a date, by the sessions before it; None where there are too few of them."""
    index, inputs = index_of(daily), Regime().inputs()[SYMBOL]
    columns = evaluate(index.block(0, 1), *inputs.values())
    values = [dict(zip(inputs, row, strict=True)) for row in np.column_stack(columns).tolist()]
    labels = [_label(Bar(one, count)) for count, one in enumerate(values, start=1)]
    days = index.columns["session"]

    def on(date: dt.date) -> str | None:
        before = int(np.searchsorted(days, day_number(date))) - 1
        return labels[before] if before >= 0 else None

    return on


def regime_of_market(closed: Closed, benchmark: str | None) -> dict[str, Any]:
    """Return the regime at the last closed daily bar of a market, in the words of the deep analysis.

    `benchmark`: the symbol that stands for it, None for the equal weight of all.
    """
    panel = closed.panel
    if panel.timeframe != "1d":
        return unavailable("no 1d bars are stored")
    if benchmark is None:
        looked_at = index_of(panel)
        newest = closed.newest
        end = 0 if newest is None else int(np.searchsorted(looked_at.time, panel.time[newest], side="right"))
        end = complete_end(looked_at, end)
    else:
        why = closed.why_none(benchmark)
        if why is not None:
            return unavailable(why)
        place = closed.place[benchmark]
        looked_at, end = panel.select((benchmark,)), int(closed.ends[place] - panel.starts[place])
    if not end:
        return unavailable("no 1d bar has closed")
    inputs = Regime().inputs()[SYMBOL]
    rows = Inputs(SYMBOL, [Regime()]).rows(looked_at, np.array([end - 1]))
    bar = Bar(dict(zip(inputs, rows[0], strict=True)), end)
    said = answered(Regime(), HOLD, Seen({SYMBOL: bar}))
    kept = {name: value for name, value in said.items() if name not in ("benchmark", "as_of", "labels")}
    return {**kept, "of": looked_at.symbols[0]}


def _label(bar: Bar) -> str | None:
    regime: str | None = answered(Regime(), HOLD, Seen({SYMBOL: bar})).get("regime")
    return regime
