"""How far a condition was from being true, and that in its own words.

A comparison misses by the distance of its two sides, in percent of the threshold; of conditions joined with `and` the
farthest counts, of those joined with `or` the nearest. What compares nothing, and what is unknown, is infinitely far.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce

import numpy as np

from tapehawk.core.expr import Expr
from tapehawk.core.panel import Floats, Ints, Panel
from tapehawk.core.text import text_of
from tapehawk.scan.comparisons import joined_by, parts_of, sides_of
from tapehawk.scan.explain import STATES, Comparison, why_unknown

Values = Mapping[Expr, Floats]
"""Of each expression its values at the same bars; a condition is 1, 0 or null."""


def distance(condition: Expr, at: Values) -> Floats:
    """Return for each bar how far a condition was from true, in percent; 0 where it was true."""
    operator, inside = joined_by(condition)
    if inside:
        return reduce(np.maximum if operator == "and" else np.minimum, (distance(part, at) for part in inside))
    state, (_, sides) = at[condition], sides_of(condition)
    far = np.full(state.size, np.inf)
    if sides:
        left, right = at[sides[0]], at[sides[1]]
        with np.errstate(divide="ignore", invalid="ignore"):
            far = np.abs(left - right) / np.abs(right) * 100
        far = np.where(np.isfinite(far), far, np.inf)
    return np.where(state == 1, 0.0, np.where(np.isnan(state), np.inf, far))


@dataclass(frozen=True, eq=False)
class Words:
    """Says what was missed at bars of a panel, prices as traded on the bar's day.

    `bars` and `symbols`: places in the panel, of the bars that `at` has values of. `written`: how the conditions were
    written, by what they are on these bars.
    """

    panel: Panel
    bars: Ints
    symbols: Ints
    at: Values
    written: Mapping[Expr, Expr]

    def parts(self, condition: Expr, number: int) -> tuple[Comparison, ...]:
        """Return the comparisons of a condition that were not true at the bar of that number."""
        every = (self._comparison(part, number) for part in dict.fromkeys(parts_of(condition)))
        return tuple(one for one in every if one.state != "true")

    def says(self, condition: Expr, number: int) -> str:
        """Say in a sentence what was missed."""
        return "; ".join(self._sentences(condition, number)) or f"not {text_of(condition, self.written)}"

    def _comparison(self, part: Expr, number: int) -> Comparison:
        state, (operator, sides) = STATES.get(float(self.at[part][number]), "unknown"), sides_of(part)
        reason = self._why(part, number) if state == "unknown" else None
        text = text_of(part, self.written)
        if not sides:
            return Comparison(text, state, reason=reason)
        left, right = (self._shown(side, number) for side in sides)
        return Comparison(text, state, left, operator, right, reason)

    def _sentences(self, condition: Expr, number: int) -> Iterator[str]:
        for part in dict.fromkeys(parts_of(condition)):
            one, (_, sides) = self._comparison(part, number), sides_of(part)
            if one.state == "unknown":
                yield f"{one.text} is unknown: {one.reason}"
            elif one.state == "false" and one.value is not None and one.threshold is not None:
                yield self._compared(one.value, one.threshold, *sides)
            elif one.state == "false":
                yield f"not {one.text}"

    def _compared(self, value: float, threshold: float, left: Expr, right: Expr) -> str:
        what, mark = text_of(left, self.written), text_of(right, self.written)
        said = f"{what} {value:.6g}" if left.op != "number" else what
        against = f"{mark} ({threshold:.6g})" if right.op != "number" else mark
        if value == threshold:
            return f"{said} is exactly {against}"
        side = "below" if value < threshold else "above"
        by = f"{abs(value - threshold) / abs(threshold) * 100:.3g} % " if threshold else ""
        return f"{said} is {by}{side} {against}"

    def _shown(self, x: Expr, number: int) -> float | None:
        """Return a number as a person reads it, None for null."""
        bar = self.bars[number]
        raw = self.panel.columns.get("raw.close", self.panel.columns["close"])
        value = float(self.at[x][number] * (raw[bar] / self.panel.columns["close"][bar]) ** x.power)
        return value if np.isfinite(value) else None

    def _why(self, x: Expr, number: int) -> str:
        place = int(self.symbols[number])
        return why_unknown(self.panel, place, int(self.bars[number] - self.panel.starts[place]), x)
