"""Prediction: the calibrated probability that a signal reaches its target before its stop, by models it is given.

A model knows the setups of one scanner. A signal whose symbol is no hit of any model's scanner, on that side, on the
last closed bar gets no probability: no model has learned anything about it. Where several hit each says its own, and
the first of them, in the order that the models are given, is the answer: the highest would be a choice by luck.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import Any, ClassVar, Final

from tapehawk.analysis.part import Bar, On, Part, Seen, sign_of
from tapehawk.core.errors import NoData
from tapehawk.core.expr import Expr, number
from tapehawk.core.features import with_levels
from tapehawk.core.model import Model
from tapehawk.core.scanner import Scanner, Setup, setups_for

MEANING: Final = "target1 is reached before the stop within the outcome horizon"


@dataclass(frozen=True)
class Learned:
    """A model with the scanner whose setups it knows."""

    model: Model
    scanner: Scanner

    @property
    def on(self) -> On:
        """The bars it looks at."""
        return On(self.model.origin.timeframe)

    def setups(self) -> list[Setup]:
        """Return the setups it knows."""
        return with_levels(setups_for(self.scanner, self.on.timeframe))

    def name(self, what: str, setup: Setup) -> str:
        """Return the name of an input."""
        return f"{self.scanner.type()} {setup.pattern} {what}"


@dataclass(frozen=True)
class Prediction(Part):
    """What models say of a signal. `lacking`: why there are no more of them, or none."""

    name: ClassVar[str] = "ml_prediction"
    models: tuple[Learned, ...] = ()
    lacking: str = "no model is trained"

    def inputs(self) -> Mapping[On, Mapping[str, Expr]]:
        """Return for each pattern whether it hits, and the probability."""
        values: dict[On, dict[str, Expr]] = {}
        for one in self._answering():
            for setup in one.setups():
                conditions = [*one.scanner.universe().values(), *setup.when.values()]
                hit, chance = number(reduce(and_, conditions)), one.model.probability(setup)
                values.setdefault(one.on, {}).update({one.name("hits", setup): hit, one.name("chance", setup): chance})
        return values

    def answer(self, side: str, seen: Seen) -> Mapping[str, Any]:
        """Return the probability, whose it is, and what every model says that knows the signal."""
        sign_of(side)
        answering = list(self._answering())
        if not answering:
            abstained = [f"the model of {one.model.origin.scanner} abstains: {one.model.reason}" for one in self.models]
            raise NoData("; ".join(abstained) or self.lacking)
        every = [said for one in answering for said in _said(one, side, seen.need(one.on, 1))]
        if not every:
            names = ", ".join(one.scanner.type() for one in answering)
            raise NoData(f"no {side} of {names} on the last closed bar, and models know of nothing else")
        known = next((said for said in every if said["probability"] is not None), None)
        if known is None:
            raise NoData(f"a feature of {every[0]['scanner']} is unknown on the last closed bar")
        return {**known, "side": str(side), "meaning": MEANING, "every": every}

    def _answering(self) -> Iterator[Learned]:
        return (one for one in self.models if one.model.reason is None)


def _said(one: Learned, side: str, bar: Bar) -> Iterator[dict[str, Any]]:
    """Yield what a model says of each of its patterns that hits on a side; null where a feature is unknown."""
    for setup in one.setups():
        if setup.direction == side and bar.get(one.name("hits", setup)) == 1.0:
            chance = bar.get(one.name("chance", setup))
            yield {"probability": chance, "scanner": one.scanner.type(), "pattern": setup.pattern}
