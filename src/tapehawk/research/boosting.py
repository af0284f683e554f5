"""Gradient boosting by LightGBM, its trees taken over as they are.

Small trees, few of them and much regularised: past signals are few and mostly noise. One thread and fixed seeds, so the
same rows and the same seed give the same model to the last bit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from tapehawk.core.model import Node, Split
from tapehawk.core.panel import Floats
from tapehawk.research.samples import Samples

TREES: Final = 40
PARAMETERS: Final[Mapping[str, Any]] = {
    "objective": "binary",
    "num_leaves": 4,
    "learning_rate": 0.05,
    "lambda_l2": 10.0,
    "max_bin": 63,
    "feature_fraction": 0.7,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "use_missing": False,  # rows with an unknown feature are not trained on
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbosity": -1,
}


class Boosted:
    """Trees fitted to some signals."""

    def __init__(self, samples: Samples, seed: int) -> None:
        import lightgbm  # brings pandas where that is installed

        parameters = {**PARAMETERS, "min_data_in_leaf": max(20, len(samples) // 50), "seed": seed}
        rows = lightgbm.Dataset(samples.features, samples.label, params=parameters)
        self._booster = lightgbm.train(parameters, rows, num_boost_round=TREES)

    def score(self, features: Floats) -> Floats:
        """Return the sum of the trees for each row: the log of the odds, not yet calibrated."""
        return np.asarray(self._booster.predict(features, raw_score=True, num_threads=1), dtype=np.float64)

    def trees(self) -> tuple[Node, ...]:
        """Return the trees."""
        return tuple(_node(tree["tree_structure"]) for tree in self._booster.dump_model()["tree_info"])


def _node(told: Mapping[str, Any]) -> Node:
    if "leaf_value" in told:
        return float(told["leaf_value"])
    return Split(
        int(told["split_feature"]),
        float(told["threshold"]),
        _node(told["left_child"]),
        _node(told["right_child"]),
    )
