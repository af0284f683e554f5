"""Boosted trees: our expression says what LightGBM says, to the last bit."""

from __future__ import annotations

import numpy as np
import pytest

from tapehawk.core.columns import close, high, low, open_, volume
from tapehawk.core.evaluate import evaluate
from tapehawk.core.expr import as_expr
from tapehawk.core.indicators import rsi, rvol
from tapehawk.core.model import Ensemble, Split
from tapehawk.research.boosting import Boosted
from tapehawk.research.samples import Samples
from tests.research.samples import numbers
from tests.scanners import laws

FEATURES = (rsi(14) - 50, close / open_, high / low, rvol(20), volume / volume[1])


def over_a_market(seed: int) -> tuple[Samples, np.ndarray]:
    """Return rows of real features with labels that hang on two of them, and which bars they are of."""
    panel = laws.market("1d")
    columns = evaluate(panel.block(0, 3), *FEATURES)
    rows = np.array(columns).T
    known = np.isfinite(rows).all(axis=1)
    rows = rows[known]
    rng = np.random.default_rng(seed)
    odds = 0.05 * rows[:, 0] + 20 * (rows[:, 1] - 1)
    label = (rng.random(len(rows)) < 1 / (1 + np.exp(-odds))).astype(float)
    day = np.arange(len(rows))
    return Samples(tuple("abcde"), rows, label, day, day), known


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_expression_is_what_the_library_predicts_to_the_last_bit(seed):
    samples, known = over_a_market(seed)
    boosted = Boosted(samples, seed)
    panel = laws.market("1d")
    (score,) = evaluate(panel.block(0, 3), Ensemble(boosted.trees(), 1.0, 0.0).score(FEATURES))
    expected = boosted.score(samples.features)
    assert np.unique(expected).size > 20
    np.testing.assert_array_equal(score[known], expected)


def test_values_at_the_thresholds_go_the_same_way_as_in_the_library():
    samples = numbers()
    boosted = Boosted(samples, 1)
    first = next(tree for tree in boosted.trees() if isinstance(tree, Split))
    row = samples.features[:1].copy()
    row[0, first.feature] = first.threshold
    (said,) = evaluate(
        laws.market("1d").block(0, 1),
        Ensemble(boosted.trees(), 1.0, 0.0).score([as_expr(float(x)) for x in row[0]]),
    )
    assert set(said) == set(boosted.score(row))


def test_the_trees_are_few_and_small():
    trees = Boosted(numbers(), 0).trees()
    assert len(trees) == 40
    assert max(map(leaves, trees)) <= 4


def leaves(tree: Split | float) -> int:
    return leaves(tree.low) + leaves(tree.high) if isinstance(tree, Split) else 1


def test_the_same_rows_and_seed_give_the_same_trees_and_another_seed_others():
    samples = numbers()
    assert Boosted(samples, 3).trees() == Boosted(samples, 3).trees() != Boosted(samples, 4).trees()
