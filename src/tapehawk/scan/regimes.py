"""The market's regime on every date: that of the equal-weight index of what is stored, as known at the day's open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np

from tapehawk.analysis.part import HOLD, Bar, Seen, answered
from tapehawk.analysis.regime import SYMBOL, Regime
from tapehawk.core.evaluate import evaluate
from tapehawk.core.panel import Panel
from tapehawk.core.sessions import day_number
from tapehawk.scan.market_index import index_of


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


def _label(bar: Bar) -> str | None:
    regime: str | None = answered(Regime(), HOLD, Seen({SYMBOL: bar})).get("regime")
    return regime
