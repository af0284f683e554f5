"""The model card: what a model was trained on and how well it does on what it has not seen, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from tapehawk.core.sessions import date_of
from tapehawk.research.calibration import reliability
from tapehawk.research.samples import Samples
from tapehawk.research.skill import brier, lower_bound, skill
from tapehawk.research.training import Judged, Trained


def card_of(trained: Trained, samples: Samples, seed: int, about: Mapping[str, Any]) -> dict[str, Any]:
    """Return the card of a model trained on `samples`; `about` says whose it is and stands first.

    Figures under `out_of_sample` are of signals that the model which spoke of them had not seen; null where there are
    none. `importance`: by how much the Brier score grows when a feature's values are shuffled, most important first.
    """
    return {
        **about,
        "abstains": trained.reason is not None,
        "reason": trained.reason,
        "signals": _signals(samples),
        "out_of_sample": None if trained.judged is None else _figures(trained.judged, samples.names, seed),
        "seed": seed,
    }


def _signals(samples: Samples) -> dict[str, Any]:
    if not len(samples):
        return {"n": 0, "first": None, "last": None, "base_rate": None}
    first, last = _date(samples.day[0]), _date(samples.day[-1])
    return {"n": len(samples), "first": first, "last": last, "base_rate": float(samples.label.mean())}


def _figures(judged: Judged, names: tuple[str, ...], seed: int) -> dict[str, Any]:
    from sklearn.metrics import roc_auc_score

    chance, base, label = judged.probability, judged.base, judged.label
    worth = judged.worth / label.size
    return {
        "n": int(label.size),
        "days": int(np.unique(judged.day).size),
        "base_rate": float(label.mean()),
        "auc": float(roc_auc_score(label, chance)) if 0 < label.mean() < 1 else None,
        "brier": brier(chance, label),
        "brier_of_base_rate": brier(base, label),
        "brier_skill": skill(chance, base, label),
        "brier_skill_lower": lower_bound(chance, base, label, judged.day, seed),
        "reliability": reliability(chance, label),
        "importance": {names[i]: float(worth[i]) for i in np.argsort(-worth, kind="stable")},
        "windows": [{"from": _date(day), "trained_on": past, "judged": n} for day, past, n in judged.windows],
    }


def _date(day: int) -> str:
    return date_of(day).isoformat()
