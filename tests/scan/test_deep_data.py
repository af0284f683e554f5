"""The deep analysis in the words that are published."""

from __future__ import annotations

import json

import pytest

from tapehawk.scan.deep import usual_parts
from tapehawk.scan.deep_data import deep_data
from tests.analysis import tapes

PUBLISHED = {"opportunity_score", "market_regime", "sl_tp", "confluence", "ml_prediction"}


@pytest.fixture
def analysis():
    analyst = tapes.analyst(tapes.every(), *usual_parts())
    return analyst.analyse(["AAA", "NOPE"], {"AAA": "BUY", "NOPE": "SELL"})


def test_s3_every_field_is_there_under_its_published_name(analysis):
    said = deep_data(analysis["AAA"])
    assert said.keys() >= PUBLISHED
    assert isinstance(said["opportunity_score"], float)
    assert said["market_regime"].keys() >= {"regime", "confidence", "volatility"}
    assert said["sl_tp"].keys() >= {"stopLoss", "takeProfit", "riskReward"}
    assert not said["sl_tp"].keys() & {"stop", "target", "reward_risk"}
    assert said["confluence"]["strength"] in ("STRONG", "MODERATE", "WEAK")
    assert said["opportunity"]["score"] == said["opportunity_score"]


def test_the_values_are_those_of_the_analysis(analysis):
    said, levels = deep_data(analysis["AAA"]), analysis["AAA"]["sl_tp"]
    assert said["sl_tp"]["stopLoss"] == levels["stop"]
    assert said["sl_tp"]["takeProfit"] == levels["target"]
    assert said["sl_tp"]["riskReward"] == levels["reward_risk"]


def test_a_part_that_says_nothing_says_why_in_its_place(analysis):
    said = deep_data(analysis["NOPE"])
    for name in PUBLISHED:
        assert said[name].keys() == {"available", "reason"}
        assert said[name]["available"] is False


def test_a_part_that_was_not_asked_is_said_to_be_that(analysis):
    asked = {name: answer for name, answer in analysis["AAA"].items() if name != "ml_prediction"}
    assert deep_data(asked)["ml_prediction"] == {"available": False, "reason": "not part of this analysis"}


def test_a_part_of_somebody_s_own_goes_out_too(analysis):
    own = {"available": True, "mood": "fair"}
    assert deep_data({**analysis["AAA"], "mood": own})["mood"] == own


def test_it_is_plain_json(analysis):
    for symbol in analysis:
        said = deep_data(analysis[symbol])
        assert json.loads(json.dumps(said, allow_nan=False)) == said
