"""Ranks across the universe: computed per timestamp, once the blocks have been.

`rank(x)` needs x of every symbol at one instant, so its column is made before the search proper: x is evaluated over
the whole panel, null outside the universe, and ranked within each bar time. Innermost ranks first. Where a condition
of the universe ranks itself, it ranks among what the conditions before it leave, and those that do not rank.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

import numpy as np

from tapehawk.core.evaluate import Evaluation
from tapehawk.core.expr import Expr
from tapehawk.core.kernels.elementwise import TRUE
from tapehawk.core.panel import Column, Floats, Ints, Panel
from tapehawk.core.plan import Plan, nodes, plan
from tapehawk.core.workspace import Workspace


def ranks_of(panel: Panel, wanted: Iterable[Expr], universe: Mapping[str, Expr]) -> dict[Expr, Floats]:
    """Return the whole-panel column of every rank among the wanted expressions, by node."""
    given: dict[Expr, Floats] = {}
    for x in rank_nodes(wanted):
        values, space = np.empty(panel.n_bars), Workspace(rank_plan(x, universe, given))
        for block in panel.blocks():
            block.of(values)[:] = within_universe(Evaluation(space, block, given=given).columns())
        given[x] = ranked(panel.time, values, as_percentile=is_percentile(x))
    return given


def rank_nodes(wanted: Iterable[Expr]) -> list[Expr]:
    """List the ranks among expressions, innermost first."""
    return [x for x in nodes(*wanted) if x.op == "rank"]


def is_percentile(x: Expr) -> bool:
    """Say whether a rank is asked for as a percentile."""
    return x.params[0] == "percentile"


def rank_plan(x: Expr, universe: Mapping[str, Expr], given: Collection[Expr]) -> Plan:
    """Return the plan of what a rank compares: its column, then the universe's conditions known by now."""
    ready = [condition for condition in universe.values() if all(r in given for r in rank_nodes([condition]))]
    return plan([*x.args, *ready], given)


def within_universe(roots: Iterator[Column]) -> Floats:
    """Read a column and then the universe's conditions; return the column, null where one of them is not true."""
    column: Floats = next(roots).copy()
    for condition in roots:
        column[condition != TRUE] = np.nan
    return column


def ranked(time: Ints, values: Floats, *, as_percentile: bool) -> Floats:
    """Rank values within each time: 1 the highest, ties sharing the better place; or the percent lower or equal.

    Null stays null and is not counted.
    """
    out = np.full(values.size, np.nan)
    rows = np.flatnonzero(~np.isnan(values))
    rows = rows[np.lexsort((-values[rows], time[rows]))]
    if not rows.size:
        return out
    t, v, place = time[rows], values[rows], np.arange(rows.size)
    new_time = np.concatenate(([True], t[1:] != t[:-1]))
    new_value = new_time | np.concatenate(([True], v[1:] != v[:-1]))
    first = np.maximum.accumulate(np.where(new_time, place, 0))
    best = np.maximum.accumulate(np.where(new_value, place, 0))
    position = best - first + 1
    if as_percentile:
        size = np.diff(np.concatenate((np.flatnonzero(new_time), [rows.size])))
        position = 100.0 * (np.repeat(size, size) - position + 1) / np.repeat(size, size)
    out[rows] = position
    return out
