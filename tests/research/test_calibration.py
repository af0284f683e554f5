"""Calibration: the line against a slow search for the likeliest one, flat where scores say nothing."""

from __future__ import annotations

import numpy as np
import pytest

from tapehawk.research.calibration import Line, reliability


def outcomes(score: np.ndarray, slope: float, intercept: float, seed: int = 0) -> np.ndarray:
    chance = 1 / (1 + np.exp(-(slope * score + intercept)))
    return (np.random.default_rng(seed).random(score.size) < chance).astype(float)


def unlikelihood(slope: float, intercept: float, score: np.ndarray, label: np.ndarray) -> float:
    odds = slope * score + intercept
    return float(np.sum(np.log1p(np.exp(odds)) - label * odds))


def likeliest(score: np.ndarray, label: np.ndarray) -> tuple[float, float]:
    """Newton's method on slope and intercept, step by step."""
    at = np.zeros(2)
    rows = np.column_stack([score, np.ones(score.size)])
    for _ in range(60):
        chance = 1 / (1 + np.exp(-rows @ at))
        curve = (rows * (chance * (1 - chance))[:, None]).T @ rows
        at = at + np.linalg.solve(curve, rows.T @ (label - chance))
    return float(at[0]), float(at[1])


@pytest.mark.parametrize("scale", [1e-3, 1.0, 50.0])
def test_it_is_the_likeliest_line_whatever_the_scale_of_the_scores(scale):
    score = np.random.default_rng(1).normal(0.3, 1.0, 600)
    label = outcomes(score, 0.8, -0.4)
    line, (slope, intercept) = Line.fitted(score * scale, label), likeliest(score, label)
    assert line.slope * scale == pytest.approx(slope, rel=1e-3)
    assert line.intercept == pytest.approx(intercept, abs=1e-3)
    best = unlikelihood(slope, intercept, score, label)
    assert unlikelihood(line.slope * scale, line.intercept, score, label) == pytest.approx(best, rel=1e-6)


def test_it_finds_the_line_that_made_the_outcomes():
    score = np.random.default_rng(2).normal(0, 1, 20_000)
    line = Line.fitted(score, outcomes(score, 1.2, 0.5))
    assert (line.slope, line.intercept) == pytest.approx((1.2, 0.5), abs=0.06)


@pytest.mark.parametrize("score", [np.linspace(1, -1, 200), np.zeros(200)], ids=["scores that mislead", "no scores"])
def test_where_higher_scores_do_not_mean_more_successes_all_get_the_base_rate(score):
    label = (np.arange(200) >= 140).astype(float)
    line = Line.fitted(score, label)
    assert line.slope == 0.0
    np.testing.assert_allclose(line.probability(score), 0.3)


def test_probabilities_rise_with_the_score():
    score = np.sort(np.random.default_rng(3).normal(size=300))
    chance = Line.fitted(score, outcomes(score, 1.0, 0.0)).probability(score)
    assert (np.diff(chance) > 0).all()
    assert (chance > 0).all()
    assert (chance < 1).all()


def test_the_stated_and_the_observed_of_tenths_by_hand():
    chance = np.array([0.9, 0.1, 0.6, 0.2, 0.5])
    label = np.array([1.0, 0.0, 0.0, 1.0, 1.0])
    assert reliability(chance, label, bins=2) == [
        {"n": 3, "stated": pytest.approx(0.8 / 3), "observed": pytest.approx(2 / 3)},
        {"n": 2, "stated": pytest.approx(0.75), "observed": pytest.approx(0.5)},
    ]
    assert [one["n"] for one in reliability(chance, label)] == [1] * 5
