"""The opportunity score of past signals: of each what the deep analysis would have said when the signal was known.

    signal ──when it was known──► its symbol's last bar closed by then ──inputs──► score for its side

One score for every scanner, whose own scores are of different scales and are not compared. Bars after that one have no
part in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from tapehawk.analysis.opportunity import Opportunity
from tapehawk.analysis.part import Bar, On, Seen, answered
from tapehawk.core.panel import Ints, Panel
from tapehawk.core.signal_record import Signal
from tapehawk.scan.closed import closes_of, ends_at
from tapehawk.scan.deep_inputs import Inputs


def scores_then(panel: Panel, signals: Iterable[Signal]) -> Mapping[str, float | None]:
    """Return the score of signals on a panel's bars by their keys; None of one with too short a history.

    One that was known when the panel's bars of its symbol have ended is left out: its bar may still come.
    """
    number = {symbol: place for place, symbol in enumerate(panel.symbols)}
    mine = [one for one in signals if one.key.symbol in number]
    places = np.array([number[one.key.symbol] for one in mine], dtype=np.int64)
    known = np.array([one.history[0].at for one in mine], dtype=np.int64)
    is_there = closes_of(panel, panel.starts[places + 1] - 1) >= known
    mine = [one for one, there in zip(mine, is_there.tolist(), strict=True) if there]
    ends = ends_at(panel, places[is_there], known[is_there])
    counts = ends - panel.starts[places[is_there]]
    bars, place = np.unique(ends[counts > 0] - 1, return_inverse=True)
    part = Opportunity(panel.timeframe)
    rows = _inputs(part, panel, bars)
    looked_at = iter(place.tolist())
    return {
        str(one.key): _score(part, one, rows[next(looked_at)], count) if count else None
        for one, count in zip(mine, counts.tolist(), strict=True)
    }


def _inputs(part: Opportunity, panel: Panel, bars: Ints) -> list[dict[str, float]]:
    """Return the part's inputs at some bars, by name."""
    inputs = Inputs(On(part.timeframe), [part])
    places = inputs.places[part.name]
    return [{name: row[at] for name, at in places.items()} for row in inputs.rows(panel, bars)]


def _score(part: Opportunity, one: Signal, values: Mapping[str, float], count: int) -> float | None:
    seen = Seen({On(part.timeframe): Bar(values, count)})
    score: float | None = answered(part, str(one.row["direction"]), seen).get("score")
    return score
