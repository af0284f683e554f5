"""Training: an edge that is there is found, one that is not is not claimed, and the same seed gives the same bytes."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from tapehawk.core.model import Model, Origin
from tapehawk.data.models import StoredModel, save_model
from tapehawk.research import splits, training
from tapehawk.research.card import card_of
from tapehawk.research.samples import Samples
from tapehawk.research.skill import brier
from tapehawk.research.training import Trained, train
from tapehawk.scanners.volume_spike import VolumeSpike
from tests.research.samples import market, numbers, reversed_in_time, shuffled, signals, with_an_edge

SEEDS = range(20)
MOST_FALSE = 1  # of twenty that may claim to know something where there is nothing to know


def best(trained: Trained, samples: Samples) -> str:
    return samples.names[int(np.argmax(trained.judged.worth))]


def test_an_edge_is_found_and_named():
    samples = numbers()
    trained = train(samples, 1)
    assert trained.reason is None
    assert best(trained, samples) == "edge"
    assert len(trained.ensemble.trees) == 40


def test_without_an_edge_it_abstains_and_says_by_how_much():
    trained = train(numbers(edge=0.0), 1)
    assert "95 % lower bound of -0." in trained.reason
    assert "not above 0" in trained.reason


def said_before_it_was_known(samples: Samples) -> list[int]:
    """Return the first days of the windows of which something else is said when labels that were open then differ."""
    whole, found, at = train(samples, 1).judged, [], 0
    for start, _, n in whole.windows:
        open_then = np.where(samples.until >= start - 7, 1 - samples.label, samples.label)
        again = train(replace(samples, label=open_then), 1).judged
        said, now = (np.concatenate([one.probability[at : at + n], one.base[at : at + n]]) for one in (whole, again))
        found += [] if np.array_equal(said, now) else [start]
        at += n
    return found


def test_what_is_said_of_a_window_hangs_on_no_label_that_was_open_when_it_began():
    assert said_before_it_was_known(numbers()) == []


def test_a_walk_forward_that_is_not_purged_is_caught_by_that(monkeypatch):
    monkeypatch.setattr(splits, "before", lambda until, start, embargo=7: until < start + 14)
    assert said_before_it_was_known(numbers()) != []


def test_the_base_rate_is_that_of_the_labels_known_by_then():
    samples = numbers()
    judged = train(samples, 1).judged
    at = 0
    for start, trained_on, n in judged.windows:
        known = samples.until < start - 7
        assert trained_on == int(known.sum())
        assert set(judged.base[at : at + n]) == {samples.label[known].mean()}
        at += n
    assert at == judged.label.size


@pytest.mark.parametrize("count", [0, 1, 30, 80])
def test_too_few_signals_are_a_reason_to_abstain(count):
    trained = train(numbers(count), 1)
    assert f"{count:,} past signals are too few" in trained.reason
    assert trained.ensemble.trees == ()


def test_too_few_days_are_a_reason_to_abstain():
    samples = numbers()
    few = replace(samples, day=18_000 + (samples.day - 18_000) // 20 * 20, until=samples.day)
    trained = train(few, 1)
    assert "days, too few to judge it by" in trained.reason


@pytest.mark.parametrize("label", [0.0, 1.0])
def test_signals_that_all_came_to_the_same_are_a_reason_to_abstain(label):
    samples = numbers()
    trained = train(replace(samples, label=np.full(len(samples), label)), 1)
    assert trained.reason is not None
    assert trained.ensemble.trees == ()


def test_steps_are_told():
    told = []
    train(numbers(), 1, told.append)
    assert told[0] == "judging window 1 of 5"
    assert told[-1] == "fitting the model that is kept"


# --------------------------------------------------------------------------------------------- the same bytes


def as_bytes(tmp_path, samples: Samples, seed: int) -> bytes:
    trained = train(samples, seed)
    card = card_of(trained, samples, seed, {"scanner": "volume_spike"})
    origin = Origin.of(VolumeSpike(), "1d", "regular", "us")
    stored = StoredModel(Model(origin, samples.names, trained.ensemble, trained.reason), card)
    return save_model(tmp_path / str(seed), stored).read_bytes()


def test_the_same_signals_and_seed_are_the_same_bytes_and_another_seed_is_not(tmp_path):
    samples = numbers()
    first, again, other = (as_bytes(tmp_path, samples, seed) for seed in (3, 3, 4))
    assert first == again
    assert first != other


# -------------------------------------------------------------------------------------------------- the card


def test_the_card_says_everything_that_a_reader_must_know():
    samples = numbers()
    trained = train(samples, 1)
    card = card_of(trained, samples, 1, {"scanner": "volume_spike", "data_version": "bars_1d@1"})
    assert list(card) == ["scanner", "data_version", "abstains", "reason", "signals", "out_of_sample", "seed"]
    assert card["signals"] == {
        "n": 1500,
        "first": "2019-04-14",
        "last": "2020-08-25",
        "base_rate": float(samples.label.mean()),
    }
    judged, found = trained.judged, card["out_of_sample"]
    assert found["n"] == judged.label.size == sum(one["judged"] for one in found["windows"])
    assert found["days"] == len(set(judged.day))
    assert found["brier"] == brier(judged.probability, judged.label)
    assert 0 < found["brier_skill_lower"] < found["brier_skill"] < 1
    assert found["auc"] == pytest.approx(by_pairs(judged.probability, judged.label))
    assert sum(one["n"] for one in found["reliability"]) == found["n"]
    assert next(iter(found["importance"])) == "edge"
    assert json.loads(json.dumps(card, allow_nan=False)) == card


def by_pairs(chance: np.ndarray, label: np.ndarray) -> float:
    """The share of pairs of a success and a failure in which the success was given more; ties count half."""
    yes, no = chance[label == 1][:, None], chance[label == 0][None, :]
    return float(((yes > no) + 0.5 * (yes == no)).mean())


def test_a_feature_that_no_tree_asks_for_is_worth_nothing():
    samples = numbers()
    deaf = replace(samples, features=samples.features * np.array([0.0, 1.0, 1.0]))
    trained = train(deaf, 1)
    assert trained.judged.worth[0] == 0.0
    assert trained.judged.worth[1] > 0.0


def test_the_card_of_what_could_not_be_judged_has_no_figures():
    samples = numbers(30)
    card = card_of(train(samples, 1), samples, 1, {})
    assert card["abstains"]
    assert card["out_of_sample"] is None
    empty = samples.of(np.zeros(30, dtype=bool))
    assert card_of(train(empty, 1), empty, 1, {})["signals"]["base_rate"] is None


def test_skill_that_is_not_sure_enough_abstains(monkeypatch):
    monkeypatch.setattr(training, "lower_bound", lambda *_: 0.0)
    assert train(numbers(), 1).reason is not None


# ---------------------------------------------------------------------------------------------- the controls


def test_an_edge_planted_in_the_simulated_market_is_found_and_is_the_volumes():
    samples = signals(with_an_edge(market(100)))
    trained = train(samples, 1)
    assert trained.reason is None
    assert best(trained, samples) == "volume"


def claims(seed: int) -> tuple[bool, bool]:
    """Say of a market whether a model claims to know something of shuffled outcomes, and of features turned round."""
    samples = signals(with_an_edge(market(100 + seed)))
    return tuple(train(one, seed).reason is None for one in (shuffled(samples, seed), reversed_in_time(samples)))


def test_with_shuffled_labels_and_with_features_turned_round_in_time_it_abstains():
    assert [claims(seed) for seed in SEEDS[:3]] == [(False, False)] * 3


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_of_twenty_markets_at_most_one_claims_what_it_can_not_know_and_the_edge_is_found_in_all():
    found = [claims(seed) for seed in SEEDS]
    assert sum(of_shuffled for of_shuffled, _ in found) <= MOST_FALSE
    assert sum(turned for _, turned in found) <= MOST_FALSE
    assert all(train(signals(with_an_edge(market(100 + seed))), seed).reason is None for seed in SEEDS)


def test_what_the_controls_look_for_would_be_noticed():
    """A feature that knows the outcome, as a leak from the future does, survives neither control."""
    samples = numbers(edge=0.0)
    leaking = replace(samples, features=np.column_stack([samples.features[:, :2], samples.label]))
    assert train(leaking, 1).reason is None
    assert train(shuffled(leaking, 1), 1).reason is not None
    assert train(reversed_in_time(leaking), 1).reason is not None
