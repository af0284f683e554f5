"""A trained model as an expression: what it adds to its scanner over the real bars, and LightGBM itself on as many."""

from __future__ import annotations

import numpy as np

from benchmarks.lc import search
from benchmarks.market import SINCE, panel, real_store
from benchmarks.measure import Result, in_turn, times
from tapehawk.core.evaluate import evaluate
from tapehawk.core.features import features_of
from tapehawk.core.model import Ensemble, Model, Origin
from tapehawk.core.panel import Panel
from tapehawk.core.scanner import Scanner
from tapehawk.research.boosting import Boosted
from tapehawk.research.samples import Samples
from tapehawk.scanners.ml import Ml
from tapehawk.scanners.volume_spike import VolumeSpike

ROWS = 20_000


def results() -> list[Result]:
    """Run the comparison."""
    bars, base = panel(real_store()), VolumeSpike()
    rows = _rows(bars, base)
    boosted = Boosted(_samples(rows, base), seed=1)
    model = Model(Origin.of(base, "1d", "regular", "us"), _names(base), Ensemble(boosted.trees(), 1.0, 0.0))
    learned = Ml(scanner="volume_spike").given(model, base)
    alone, with_model, library = in_turn(
        [
            lambda: search(bars, [base], SINCE),
            lambda: search(bars, [learned], SINCE),
            lambda: boosted.score(np.tile(rows[:ROWS], (bars.n_bars // ROWS, 1))),
        ]
    )
    claim = f"`ml` on `volume_spike`, {bars.n_bars / 1e6:.2f} M real bars"
    ratio = f"{times(alone, with_model):.1f}×"
    return [
        Result(f"{claim}, beside the scanner alone", str(with_model), f"alone {alone}", ratio, "–"),
        Result(
            f"{claim}, beside LightGBM's own predictions of as many rows, one thread",
            str(with_model),
            f"LightGBM {library}",
            f"{times(with_model, library):.1f}×",
            "–",
        ),
    ]


def _names(scanner: Scanner) -> tuple[str, ...]:
    return tuple(features_of(next(iter(scanner.setups()))))


def _rows(bars: Panel, scanner: Scanner) -> np.ndarray:
    """Return the features of some symbols' bars."""
    block = next(iter(bars.blocks()))
    columns = np.array(evaluate(block, *features_of(next(iter(scanner.setups()))).values())).T
    return columns[np.isfinite(columns).all(axis=1)]


def _samples(rows: np.ndarray, scanner: Scanner) -> Samples:
    """Return rows with outcomes that hang on two features, so that the trees have something to split."""
    rows = rows[:ROWS]
    odds = rows[:, 1] + rows[:, 9] - np.median(rows[:, 1] + rows[:, 9])
    label = (np.random.default_rng(1).random(len(rows)) < 1 / (1 + np.exp(-odds))).astype(float)
    day = np.arange(len(rows))
    return Samples(_names(scanner), rows, label, day, day)
