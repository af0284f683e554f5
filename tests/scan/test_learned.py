"""The desk gives a scanner its model: the same rows as the scanner's own, each with its probability."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from tapehawk.core.errors import BadInput, NoData, UnknownName
from tapehawk.data.models import StoredModel, save_model
from tapehawk.data.providers.sim import Simulator
from tapehawk.data.providers.sim.filling import fill
from tapehawk.scan.desk import Desk
from tapehawk.scan.question import Question
from tapehawk.scanners.volume_spike import VolumeSpike
from tests.core.made_models import made_model

NOW = dt.datetime(2025, 7, 1, tzinfo=dt.UTC)
DAYS = {"start_date": dt.date(2025, 4, 1), "end_date": dt.date(2025, 6, 30)}


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    """Return a store of a year of 40 simulated names, without a model."""
    root = tmp_path_factory.mktemp("learned") / "store"
    fill(root, Simulator(symbols=40), dt.date(2024, 7, 1), dt.date(2025, 6, 30))
    return root


@pytest.fixture
def desk(root) -> Desk:
    """Return a desk whose store has a model of volume_spike."""
    save_model(root, StoredModel(made_model(VolumeSpike()), {}))
    return Desk(root, now=lambda: NOW)


def asked(**parameters: object) -> Question:
    return Question("ml", parameters={"scanner": "volume_spike", **parameters}, **DAYS)


def rows(desk: Desk, question: Question) -> dict[tuple[str, str, str], dict]:
    return {(row["symbol"], row["bar_time"], row["pattern"]): row for row in desk.run(question).rows()}


def test_its_rows_are_the_scanners_with_a_probability_and_its_score(desk):
    own = rows(desk, Question("volume_spike", **DAYS))
    mine = rows(desk, asked(min_probability=0.4))
    assert 0 < len(mine) < len(own)
    for key, row in mine.items():
        assert 0.4 < row["probability"] < 1
        assert row["score"] == row["probability"] * 100
        same = own[key].keys() - {"scanner", "score"}
        assert {name: row[name] for name in same} == {name: own[key][name] for name in same}


def test_the_rows_of_a_day_stand_by_their_probability(desk):
    days: dict[str, list[float]] = {}
    for row in desk.run(asked(min_probability=0)).rows():
        days.setdefault(row["bar_time"], []).append(row["probability"])
    assert max(map(len, days.values())) > 1
    assert all(chances == sorted(chances, reverse=True) for chances in days.values())


def test_explain_shows_the_probability_as_a_condition_among_the_others(desk):
    last = list(desk.run(asked(min_probability=0)).rows())[-1]
    question = replace(asked(), start_date=None, end_date=None, scan_date=dt.date.fromisoformat(last["bar_time"][:10]))
    pattern = next(one for one in desk.explain(question, last["symbol"]).patterns if one.pattern == last["pattern"])
    chance = next(one for one in pattern.conditions if one.name == "probability")
    assert chance.text == chance.parts[0].text == "probability > 0.5"
    assert (chance.parts[0].value, chance.parts[0].threshold) == (last["probability"], 0.5)


def test_a_parameter_that_the_scanner_has_no_longer_refuses_the_model(desk):
    agreeing = replace(desk, parameters=lambda name: {})
    assert len(agreeing.run(asked(min_probability=0)))
    other = replace(desk, parameters=lambda name: {"volume_ratio": 3})
    with pytest.raises(BadInput, match="volume_ratio 2, now 3"):
        other.run(asked())


def test_without_settings_the_scanner_is_as_it_was_when_the_model_was_trained(desk, root):
    save_model(root, StoredModel(made_model(VolumeSpike(volume_ratio=4)), {}))
    found = desk.run(asked(min_probability=0))
    assert len(found)
    assert min(row["volume_ratio"] for row in found.rows()) > 4


def test_a_scanner_or_bars_without_a_model_say_so(desk):
    with pytest.raises(NoData, match="no trained model for the scanner 'gap' on 1d bars"):
        desk.run(asked(scanner="gap"))
    with pytest.raises(NoData, match="on 5m bars"):
        desk.run(Question("ml", timeframe="5m", parameters={"scanner": "volume_spike"}))


def test_a_model_that_abstains_is_an_answer_with_the_reason(desk, root):
    save_model(root, StoredModel(made_model(VolumeSpike(), reason="it has shown nothing"), {}))
    with pytest.raises(NoData, match="it has shown nothing"):
        desk.run(asked())


def test_it_can_not_look_through_itself_or_what_is_no_scanner(desk):
    with pytest.raises(BadInput, match="ml looks through a model itself"):
        desk.run(asked(scanner="ml"))
    with pytest.raises(UnknownName, match="volume_spke"):
        desk.run(asked(scanner="volume_spke"))
    with pytest.raises(UnknownName):
        desk.run(asked(scanner="../../etc"))
