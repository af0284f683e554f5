"""Brier scores by hand, and the bootstrap of days against a slow one that draws them one by one."""

from __future__ import annotations

import numpy as np
import pytest

from tapehawk.research import skill as skill_module
from tapehawk.research.skill import brier, lower_bound, skill


def test_the_brier_score_of_three_forecasts():
    assert brier(np.array([0.5, 0.9, 0.2]), np.array([1.0, 1.0, 0.0])) == pytest.approx((0.25 + 0.01 + 0.04) / 3)


def test_the_skill_is_what_is_better_than_the_base_rate():
    label, base = np.array([1.0, 0.0]), np.array([0.5, 0.5])
    assert skill(np.array([1.0, 0.0]), base, label) == 1.0
    assert skill(base, base, label) == 0.0
    assert skill(np.array([0.5, 1.0]), base, label) == pytest.approx(1 - (0.25 + 1) / 0.5)


def test_of_one_day_there_is_no_doubt():
    label, base, chance = np.array([1.0, 0.0]), np.array([0.5, 0.5]), np.array([0.8, 0.3])
    bound = lower_bound(chance, base, label, np.array([7, 7]), seed=1)
    assert bound == pytest.approx(skill(chance, base, label))


def clustered(seed: int, days: int = 40, a_day: int = 25) -> tuple[np.ndarray, ...]:
    """Forecasts whose luck is the day's: all signals of a day come out alike."""
    rng = np.random.default_rng(seed)
    day = np.repeat(np.arange(days), a_day)
    label = np.repeat((rng.random(days) < 0.5).astype(float), a_day)
    said = np.repeat(rng.normal(0, 0.15, days), a_day) + rng.normal(0, 0.02, day.size)
    chance = np.clip(0.5 + 0.2 * (label - 0.5) + said, 0.01, 0.99)
    return chance, np.full(day.size, 0.5), label, day


def slow_bound(chance: np.ndarray, base: np.ndarray, label: np.ndarray, day: np.ndarray, draws: int = 3000) -> float:
    rng, days, found = np.random.default_rng(99), sorted(set(day)), []
    rows = {one: [i for i in range(day.size) if day[i] == one] for one in days}
    for _ in range(draws):
        drawn = [i for one in rng.choice(days, len(days)) for i in rows[one]]
        found.append(skill(chance[drawn], base[drawn], label[drawn]))
    return float(np.percentile(found, 2.5))


def test_it_is_the_bound_that_drawing_days_one_by_one_gives():
    sample = clustered(0)
    slow = slow_bound(*sample)
    whole = skill(*sample[:3])
    assert lower_bound(*sample, seed=5) == pytest.approx(slow, abs=0.1 * (whole - slow))


def test_signals_that_share_a_day_make_it_less_sure_than_as_many_days_would():
    one_day_each = [lower_bound(*clustered(seed)[:3], np.arange(1000), seed=1) for seed in range(3)]
    shared = [lower_bound(*clustered(seed), seed=1) for seed in range(3)]
    assert all(a < b for a, b in zip(shared, one_day_each, strict=True))


def test_a_bootstrap_of_signals_in_place_of_days_would_be_noticed(monkeypatch):
    chance, base, label, day = clustered(0)
    slow = slow_bound(chance, base, label, day)
    wrong = lower_bound(chance, base, label, np.arange(day.size), seed=5)
    assert wrong != pytest.approx(slow, abs=0.1 * (skill(chance, base, label) - slow))


def test_the_seed_decides(monkeypatch):
    sample = clustered(1)
    assert lower_bound(*sample, seed=1) == lower_bound(*sample, seed=1) != lower_bound(*sample, seed=2)
    monkeypatch.setattr(skill_module, "LOWEST_PERCENT", 97.5)
    assert lower_bound(*sample, seed=1) > skill(*sample[:3])
