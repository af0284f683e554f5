"""Training a model on past signals, and judging it by what it would have said of signals it had not seen.

    walk forward:  fit on what was over by then ──► probabilities of the next window, and the base rate known then
    in the end:    fit on everything in the same way ──► the model that is kept

*Fit*: trees on the earlier three quarters of the signals, the calibration on the last quarter, purged in between. The
kept model answers only if, over all windows, the lower end of its skill's 95 % interval is above 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from tapehawk.core.model import Ensemble
from tapehawk.core.panel import Floats, Ints
from tapehawk.research.boosting import Boosted
from tapehawk.research.calibration import Line
from tapehawk.research.samples import Samples
from tapehawk.research.skill import lower_bound, skill
from tapehawk.research.splits import Window, before, last_part, walk_forward

CALIBRATED_ON: Final = 0.25
LEAST_FITTED: Final = 60  # signals for the trees, and
LEAST_CALIBRATED: Final = 20  # for the calibration
LEAST_DAYS: Final = 30  # with signals that are judged
SHUFFLES: Final = 3

NOTHING_LEARNED: Final = Ensemble((), 0.0, 0.0)


@dataclass(frozen=True, eq=False)
class Judged:
    """What was said of signals not seen before: one element each; `worth` sums what each feature's values were worth.

    `base`: the base rate known when the signal's window began. `windows`: (first day, rows trained on, rows judged).
    """

    probability: Floats
    base: Floats
    label: Floats
    day: Ints
    worth: Floats
    windows: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True)
class Trained:
    """A model, how it was judged (None: it could not be) and why it abstains (None: it answers)."""

    ensemble: Ensemble
    judged: Judged | None
    reason: str | None


@dataclass(frozen=True)
class _Fit:
    trees: Boosted
    line: Line

    def probability(self, features: Floats) -> Floats:
        return self.line.probability(self.trees.score(features))


def train(samples: Samples, seed: int, on_step: Callable[[str], None] = lambda _: None) -> Trained:
    """Train on signals of which every feature is known. The same signals and seed give the same model."""
    judged = _judged(samples, seed, on_step)
    on_step("fitting the model that is kept")
    last = _fit(samples, seed)
    if last is None or judged is None:
        reason = f"{len(samples):,} past signals are too few to train and judge a model"
        return Trained(NOTHING_LEARNED, judged, reason)
    ensemble = Ensemble(last.trees.trees(), last.line.slope, last.line.intercept)
    return Trained(ensemble, judged, _reason(judged, seed))


def _reason(judged: Judged, seed: int) -> str | None:
    days = np.unique(judged.day).size
    if days < LEAST_DAYS:
        return f"its signals fell on {days} days, too few to judge it by"
    lower = lower_bound(judged.probability, judged.base, judged.label, judged.day, seed)
    if lower > 0:
        return None
    found = skill(judged.probability, judged.base, judged.label)
    return (
        f"out of sample its Brier skill is {found:.4f} with a 95 % lower bound of {lower:.4f}, which is not above 0:"
        " it has not shown that it knows more than the base rate"
    )


def _judged(samples: Samples, seed: int, on_step: Callable[[str], None]) -> Judged | None:
    """Return what the walk forward says, None where no window could be fitted."""
    parts = list(_windows(samples, seed, on_step))
    if not parts:
        return None
    return Judged(
        probability=np.concatenate([part.probability for part in parts]),
        base=np.concatenate([part.base for part in parts]),
        label=np.concatenate([part.label for part in parts]),
        day=np.concatenate([part.day for part in parts]),
        worth=np.sum([part.worth for part in parts], axis=0),
        windows=tuple(window for part in parts for window in part.windows),
    )


def _windows(samples: Samples, seed: int, on_step: Callable[[str], None]) -> Iterator[Judged]:
    windows = list(walk_forward(samples.day, samples.until)) if len(samples) else []
    for number, window in enumerate(windows, start=1):
        on_step(f"judging window {number} of {len(windows)}")
        past, test = samples.of(window.train), samples.of(window.test)
        fit = _fit(past, seed)
        if fit is not None and len(test):
            yield _said(fit, past, test, window, seed)


def _said(fit: _Fit, past: Samples, test: Samples, window: Window, seed: int) -> Judged:
    base = np.full(len(test), past.label.mean())
    chance = fit.probability(test.features)
    worth = np.array([_worth(fit, test, chance, feature, seed) for feature in range(len(test.names))])
    return Judged(chance, base, test.label, test.day, worth, ((window.start, len(past), len(test)),))


def _worth(fit: _Fit, test: Samples, chance: Floats, feature: int, seed: int) -> float:
    """Return by how much the squared errors grow when a feature's values are given to other signals."""
    generator, grown = np.random.default_rng((seed, feature)), 0.0
    for _ in range(SHUFFLES):
        features = test.features.copy()
        generator.shuffle(features[:, feature])
        grown += float(np.sum((fit.probability(features) - test.label) ** 2 - (chance - test.label) ** 2))
    return grown / SHUFFLES


def _fit(samples: Samples, seed: int) -> _Fit | None:
    """Return trees and calibration, None where there are too few signals or all of them came to the same."""
    if not len(samples):
        return None
    start = last_part(samples.day, CALIBRATED_ON)
    early, late = samples.of(before(samples.until, start)), samples.of(samples.day >= start)
    if len(early) < LEAST_FITTED or len(late) < LEAST_CALIBRATED or not (_both(early) and _both(late)):
        return None
    trees = Boosted(early, seed)
    return _Fit(trees, Line.fitted(trees.score(late.features), late.label))


def _both(samples: Samples) -> bool:
    return 0.0 < float(samples.label.mean()) < 1.0
