"""Expressions over the bars of one symbol, as a scan computes them: whole history in, a page of values out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from tapehawk.core.errors import BadInput
from tapehawk.core.evaluate import evaluate
from tapehawk.core.expr import MASK, Expr
from tapehawk.core.formula import parse
from tapehawk.core.formula.budget import Budget
from tapehawk.core.panel import Column, Ints, Panel
from tapehawk.core.ranks import rank_nodes
from tapehawk.core.timeframes import for_bars
from tapehawk.core.warmup import Bars, warmup

_STATES: Final = (False, None, True)  # of a mask: 0 false, 1 unknown, 2 true


def expressions_of(texts: Sequence[str]) -> list[Expr]:
    """Read formulas that are computed together, within what one may cost. Raises FormulaError, BadInput."""
    budget, found = Budget(), []
    for text in texts:
        x = parse(text)
        budget.spend(x)
        found.append(x)
    if rank_nodes(found):
        raise BadInput("a rank is among all symbols, not of one", hint="ask a scan: POST /api/v1/scanner/scan")
    return found


def values_of(panel: Panel, rows: Ints, wanted: Sequence[Expr], *, as_traded: bool) -> list[dict[str, Any]]:
    """Return the values of expressions at bars of a one-symbol panel, null while they warm up.

    They are computed on split-adjusted prices over the whole history; `as_traded`: those that are prices come as they
    were on the bar's day, which is how a scan shows them.
    """
    columns = evaluate(panel.block(0, 1), *wanted)
    return [_shown(panel, rows, x, column, as_traded=as_traded) for x, column in zip(wanted, columns, strict=True)]


def _shown(panel: Panel, rows: Ints, x: Expr, column: Column, *, as_traded: bool) -> dict[str, Any]:
    kind = (panel.timeframe, panel.hours, panel.calendar)
    values = column[rows]
    if x.kind == MASK:
        shown: list[Any] = [_STATES[state] for state in values.tolist()]
    else:
        if as_traded and x.power and "raw.close" in panel.columns:
            values = values * (panel.columns["raw.close"][rows] / panel.columns["close"][rows]) ** x.power
        shown = [value if np.isfinite(value) else None for value in values.tolist()]
    bars = warmup(for_bars(x, *kind), Bars(*kind))
    return {"text": str(x), "kind": "condition" if x.kind == MASK else "number", "warmup": bars, "values": shown}
