"""A trained model as an expression: trees of comparisons, summed, turned into a calibrated probability.

    probability = 1 / (1 + exp(-(slope × (tree₁ + tree₂ + …) + intercept)))

A tree is `where(feature <= threshold, …, …)` down to its leaves, so whatever evaluates a scan evaluates a model, in
history and live, and the library that trained it is not needed. A feature that is unknown makes the probability
unknown: no signal that a model learned from had one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import and_
from typing import Final, TypeAlias, Union

from tapehawk.core.errors import NoData
from tapehawk.core.expr import Expr, Operand, as_expr, function, where
from tapehawk.core.features import features_of, with_levels
from tapehawk.core.scanner import Scanner, Setup
from tapehawk.core.state import kernel_hash
from tapehawk.core.text import spelled_out
from tapehawk.core.timeframes import named

Node: TypeAlias = Union["Split", float]
"""Of a tree: a question to a feature, or a leaf's value."""


@dataclass(frozen=True)
class Split:
    """A question: is the feature (its place in the list) at most the threshold?"""

    feature: int
    threshold: float
    low: Node
    high: Node


@dataclass(frozen=True)
class Ensemble:
    """Trees whose sum is a score, and the line that turns the score into the log of the odds."""

    trees: tuple[Node, ...]
    slope: float
    intercept: float

    def score(self, features: Sequence[Expr]) -> Expr:
        """Return the sum of the trees, in their order."""
        first, *rest = (as_expr(_grown(tree, features)) for tree in self.trees)
        total = first
        for tree in rest:
            total = total + tree
        return total

    def probability(self, features: Sequence[Expr]) -> Expr:
        """Return the calibrated probability, 0–1; unknown where any feature is, asked by a tree or not."""
        chance = 1 / (1 + function("exp", -(self.score(features) * self.slope + self.intercept)))
        every = reduce(and_, (x == x for x in features))  # noqa: PLR0124  unknown for a null
        return where(every, chance, chance)


def _grown(tree: Node, features: Sequence[Expr]) -> Operand:
    if not isinstance(tree, Split):
        return tree
    low, high = _grown(tree.low, features), _grown(tree.high, features)
    return where(features[tree.feature] <= tree.threshold, low, high)


@dataclass(frozen=True)
class Origin:
    """What a model was made of, and is good for.

    `definition` and `features`: hashes of what the scanner computes with these parameters, and of what the model looks
    at. `kernels`: of the code that computes it. `libraries`: name and version of what trained it.
    """

    scanner: str
    parameters: Mapping[str, object]
    timeframe: str
    hours: str
    market: str
    definition: str
    features: str
    kernels: str
    libraries: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, scanner: Scanner, timeframe: str, hours: str, market: str) -> Origin:
        """Return what a model of this scanner would be made of now, but for the libraries."""
        setups = [setup for setup in scanner.setups() if timeframe in (setup.timeframes or scanner.timeframes)]
        return cls(
            scanner=scanner.type(),
            parameters=scanner.model_dump(mode="json"),
            timeframe=timeframe,
            hours=hours,
            market=market,
            definition=_hash([*scanner.universe().values(), *scanner.band().values(), *_definition(setups)]),
            features=_hash([x for setup in with_levels(setups) for x in features_of(setup).values()]),
            kernels=kernel_hash(),
        )

    def differences(self, now: Origin) -> list[str]:
        """Say what another origin has that this one has not; libraries only where both know their version.

        Other parameters make another definition: that is said only where the parameters are the same.
        """
        other = _other(self.parameters, now.parameters)
        what = [said for name, said in _WHAT.items() if getattr(self, name) != getattr(now, name)]
        if other:
            what = [said for said in what if said not in (_WHAT["definition"], _WHAT["features"])]
        shared = self.libraries.keys() & now.libraries.keys()
        before, after = ({name: one.libraries[name] for name in shared} for one in (self, now))
        return other + what + _other(before, after)


_WHAT: Final[Mapping[str, str]] = {
    "scanner": "another scanner",
    "timeframe": "another timeframe",
    "hours": "other hours",
    "market": "another market",
    "definition": "another definition of the scanner",
    "features": "other features",
    "kernels": "other kernels",
}


@dataclass(frozen=True)
class Model:
    """A trained model. `reason`: why it abstains, None where it answers."""

    origin: Origin
    features: tuple[str, ...]
    ensemble: Ensemble
    reason: str | None = None

    def probability(self, setup: Setup) -> Expr:
        """Return the probability that a hit reaches target1 before its stop. Raises NoData where the model abstains."""
        if self.reason is not None:
            raise NoData(
                f"the model of {self.origin.scanner} abstains: {self.reason}",
                hint=f"scanner ml card {self.origin.scanner} shows what it was judged by",
            )
        known = features_of(setup)
        return named("probability", self.ensemble.probability([known[name] for name in self.features]))


def _definition(setups: Sequence[Setup]) -> Iterator[Expr]:
    for setup in setups:
        yield from setup.when.values()
        yield from (x for x in (setup.entry, setup.stop) if x is not None)


def _hash(expressions: Sequence[Expr]) -> str:
    return hashlib.sha256("\n".join(map(spelled_out, expressions)).encode()).hexdigest()[:16]


def _other(before: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
    names = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
    return [f"{name} {_value(before.get(name))}, now {_value(after.get(name))}" for name in names]


def _value(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else "none" if value is None else str(value)
