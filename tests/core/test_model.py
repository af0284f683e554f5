"""Models as expressions: the trees walked by hand, what is unknown, and what a model is good for."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from tapehawk.core import model as model_module
from tapehawk.core.columns import close, high, low, volume
from tapehawk.core.errors import NoData
from tapehawk.core.evaluate import evaluate
from tapehawk.core.features import features_of
from tapehawk.core.model import Ensemble, Model, Node, Origin, Split
from tapehawk.core.panel import Panel
from tapehawk.core.scanner import Scanner, Setup
from tapehawk.scanners.lc import Lc
from tapehawk.scanners.volume_spike import VolumeSpike
from tests.core.made_models import made_model
from tests.scanners import laws

FEATURES = (close / close[1], volume / volume[1], high / low)


def walked(tree: Node, row: np.ndarray) -> float:
    """Walk one tree for one row."""
    while isinstance(tree, Split):
        value = row[tree.feature]
        if np.isnan(value):
            return math.nan
        tree = tree.low if value <= tree.threshold else tree.high
    return tree


def random_tree(rng: np.random.Generator, depth: int) -> Node:
    if depth == 0 or rng.random() < 0.2:
        return float(rng.normal())
    feature = int(rng.integers(3))
    threshold = float((1.0, 1.0, 1.02)[feature] + rng.normal(0, 0.02))
    return Split(feature, threshold, random_tree(rng, depth - 1), random_tree(rng, depth - 1))


def columns(panel: Panel, *wanted: object) -> list[np.ndarray]:
    return evaluate(panel.block(0, len(panel.symbols)), *wanted)


@pytest.mark.parametrize("seed", range(5))
def test_it_is_what_walking_each_tree_by_hand_gives(seed):
    rng = np.random.default_rng(seed)
    ensemble = Ensemble(tuple(random_tree(rng, 3) for _ in range(7)), slope=1.3, intercept=-0.2)
    panel = laws.market("1d")
    score, chance, *features = columns(panel, ensemble.score(FEATURES), ensemble.probability(FEATURES), *FEATURES)
    rows = np.array(features).T
    expected = np.array([sum((walked(tree, row) for tree in ensemble.trees), 0.0) for row in rows])
    known = np.isfinite(rows).all(axis=1)
    np.testing.assert_array_equal(score[known], expected[known])
    np.testing.assert_allclose(chance[known], 1 / (1 + np.exp(-(1.3 * expected[known] - 0.2))), rtol=1e-14)


def test_an_unknown_feature_makes_it_unknown_whether_or_not_a_tree_asks_for_it():
    ensemble = Ensemble((Split(2, 1.0, -1.0, 1.0), 0.5), 1.0, 0.0)
    panel = laws.market("1d")
    (chance,) = columns(panel, ensemble.probability(FEATURES))
    assert list(np.flatnonzero(np.isnan(chance))) == list(panel.starts[:-1])  # the first bar has none before it


def test_a_value_at_the_threshold_goes_the_low_way():
    panel = laws.market("1d")
    (said,) = columns(panel, Ensemble((Split(0, 1.0, -1.0, 1.0),), 1.0, 0.0).score([close / close]))
    assert set(said) == {-1.0}


def test_a_model_that_abstains_has_no_probability_but_its_reason():
    model = made_model(VolumeSpike(), reason="too few signals")
    with pytest.raises(NoData, match="the model of volume_spike abstains: too few signals") as caught:
        model.probability(next(VolumeSpike().setups()))
    assert "scanner ml card volume_spike" in caught.value.hint


def test_a_model_is_said_by_its_name_and_not_by_its_trees():
    chance = made_model(VolumeSpike()).probability(next(VolumeSpike().setups()))
    assert str(chance > 0.5) == "probability > 0.5"


def test_the_features_are_taken_by_name():
    scanner = VolumeSpike()
    model, setup = made_model(scanner), next(scanner.setups())
    names = tuple(reversed(model.features))
    places = {model.features.index(name): names.index(name) for name in names}

    def moved(tree: Node) -> Node:
        if not isinstance(tree, Split):
            return tree
        return Split(places[tree.feature], tree.threshold, moved(tree.low), moved(tree.high))

    ensemble = replace(model.ensemble, trees=tuple(map(moved, model.ensemble.trees)))
    turned = Model(model.origin, names, ensemble)
    np.testing.assert_array_equal(*columns(laws.market("1d"), turned.probability(setup), model.probability(setup)))


# ----------------------------------------------------------------------------------------------------- origin


def now(scanner: Scanner | None = None, timeframe: str = "1d", hours: str = "regular", market: str = "us") -> Origin:
    return Origin.of(scanner or VolumeSpike(), timeframe, hours, market)


def test_the_same_scanner_is_the_same_origin():
    assert now().differences(now()) == []


def test_each_thing_that_differs_is_named():
    trained = now()
    assert trained.differences(now(timeframe="5m")) == ["another timeframe"]
    assert trained.differences(now(hours="extended")) == ["other hours"]
    assert trained.differences(now(market="crypto")) == ["another market"]
    assert trained.differences(replace(trained, scanner="gap")) == ["another scanner"]
    assert trained.differences(now(VolumeSpike(min_price=1))) == ["min_price 5, now 1"]


def test_a_scanner_that_computes_something_else_is_another_definition(monkeypatch):
    trained = now()

    def otherwise(self: VolumeSpike):
        for setup in setups(self):
            yield replace(setup, stop=low[2])

    setups = VolumeSpike.setups
    monkeypatch.setattr(VolumeSpike, "setups", otherwise)
    assert "another definition of the scanner" in trained.differences(now())


def test_other_features_and_other_kernels_are_named(monkeypatch):
    trained = now()

    def otherwise(setup: Setup) -> dict[str, object]:
        return {**features_of(setup), "volume": volume / volume[2]}

    monkeypatch.setattr(model_module, "features_of", otherwise)
    monkeypatch.setattr(model_module, "kernel_hash", lambda: "another")
    assert trained.differences(now()) == ["other features", "other kernels"]


def test_a_library_counts_only_where_both_versions_are_known():
    trained = replace(now(), libraries={"lightgbm": "4.7.0", "scikit-learn": "1.9.1"})
    assert trained.differences(now()) == []
    assert trained.differences(replace(now(), libraries={"scikit-learn": "1.9.1"})) == []
    assert trained.differences(replace(now(), libraries={"lightgbm": "5.0.0"})) == ["lightgbm 4.7.0, now 5.0.0"]


def test_patterns_without_a_side_are_no_part_of_the_features():
    assert now(Lc()).features == now(Lc(min_price=7)).features
