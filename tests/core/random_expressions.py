"""Random expression trees for Hypothesis: every operation, shared parts, numbers of any basis that may meet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from tapehawk.core.columns import close, high, low, minute, open_, raw, volume
from tapehawk.core.expr import Expr, as_expr, call, function, known, number, on, where

WHOLE = (raw.open, raw.high, raw.low, raw.close, raw.volume, minute)
RATIOS = (close / close[1], (high - low) / open_, close * volume, volume / call("sma", volume, params=(3,)))
CONSTANTS = (-2.0, 0.0, 0.5, 1.0, 3.0, 100.0)
COMPARISONS = (Expr.__gt__, Expr.__ge__, Expr.__lt__, Expr.__le__, Expr.__eq__, Expr.__ne__)
DEEPEST = 4


class Tree:
    """Draws trees; with `timeframes`, parts of them on those. What was drawn may be drawn again, and is shared then."""

    def __init__(self, draw: Callable[..., Any], timeframes: tuple[str, ...]) -> None:
        self._draw, self._timeframes = draw, timeframes
        self._drawn: list[Expr] = []

    def number(self, depth: int = 0) -> Expr:
        ways = [self._leaf, self._leaf] if depth >= DEEPEST else [self._leaf, *self._grown(depth)]
        x = self._one_of(ways)()
        self._drawn.append(x)
        return x

    def condition(self, depth: int = 0) -> Expr:
        if depth >= DEEPEST:
            return self._compared(depth)
        return self._one_of(
            [
                lambda: self._compared(depth),
                lambda: known(self.number(depth + 1)),
                lambda: self.condition(depth + 1) & self.condition(depth + 1),
                lambda: self.condition(depth + 1) | self.condition(depth + 1),
                lambda: ~self.condition(depth + 1),
                lambda: self.condition(depth + 1)[self._draw(st.integers(0, 3))],
                *([lambda: self._slower(lambda: self.condition(depth + 1))] if self._timeframes else []),
            ]
        )()

    def _grown(self, depth: int) -> list[Callable[[], Expr]]:
        def inner() -> Expr:
            return self.number(depth + 1)

        slower = [lambda: self._slower(inner)] * 3 if self._timeframes else []
        return [
            lambda: inner() + inner(),
            lambda: inner() - inner(),
            lambda: inner() * inner(),
            lambda: inner() / inner(),
            lambda: function(self._one_of(["max", "min"]), inner(), inner()),
            lambda: function(self._one_of(["sqrt", "floor"]), inner()),
            lambda: -abs(inner()),
            lambda: inner()[self._bars()],
            lambda: call("ema", inner(), params=(self._bars(),)),
            lambda: call(self._one_of(["highest", "lowest"]), inner(), params=(self._bars(),)),
            lambda: where(self.condition(depth + 1), inner(), inner()),
            lambda: number(self.condition(depth + 1)),
            lambda: call("bars_since", number(self.condition(depth + 1))),
            *([lambda: self._one_of(self._drawn)] if self._drawn else []),
            *slower,
        ]

    def _slower(self, inside: Callable[[], Expr]) -> Expr:
        """Something on one of the timeframes, no constant (which has no past); within it only that one and slower."""
        before = self._timeframes, self._drawn
        place = self._draw(st.integers(0, len(self._timeframes) - 1))
        self._timeframes, self._drawn = self._timeframes[place:], []
        held = inside()
        x = on(self._timeframes[0], raw.close if held.op == "number" else held)
        self._timeframes, self._drawn = before
        return x

    def _compared(self, depth: int) -> Expr:
        return self._one_of(COMPARISONS)(self.number(depth + 1), self.number(depth + 1))

    def _leaf(self) -> Expr:
        """A column, a constant, or a sum of whole numbers, which has no rounding."""
        whole = self._one_of(WHOLE)
        return self._one_of(
            [
                whole,
                as_expr(self._one_of(CONSTANTS)),
                self._one_of(RATIOS),
                call(self._one_of(["sum", "sma"]), whole[self._bars()], params=(self._bars(),)),
            ]
        )

    def _bars(self) -> int:
        return self._draw(st.integers(1, 5))

    def _one_of(self, choices: Any) -> Any:
        return choices[self._draw(st.integers(0, len(choices) - 1))]


@st.composite
def roots(draw, *timeframes: str) -> list[Expr]:
    """Some expressions that are computed together; the first again at the end, when others have been in between."""
    tree = Tree(draw, timeframes)
    xs = [tree.condition() if draw(st.booleans()) else tree.number() for _ in range(draw(st.integers(1, 3)))]
    first = xs[0]
    return [*xs, first, first + 1 if first.kind == "number" else ~first]
