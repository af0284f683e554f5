"""Prediction: what models say of a signal, and every reason why they say nothing."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tapehawk.analysis.part import On, Seen, answered
from tapehawk.analysis.prediction import Learned, Prediction
from tapehawk.core.panel import Panel
from tapehawk.core.scanner import BUY, SELL, Scanner
from tapehawk.data.models import Place, StoredModel, save_model
from tapehawk.scan.learned import Models
from tapehawk.scanners.inside_bar import InsideBar
from tapehawk.scanners.ml import Ml
from tapehawk.scanners.volume_spike import VolumeSpike
from tests.analysis import facts, tapes
from tests.analysis.test_every_part import (
    is_plain,
    scale_changes_nothing_but_prices,
    the_future_changes_nothing,
    within_bounds,
)
from tests.core.made_models import made_model
from tests.scanners.tape import found

LIBERAL = VolumeSpike(min_dollar_volume=0, volume_ratio=1)
DAILY = On("1d")


def learned(scanner: Scanner = LIBERAL, reason: str | None = None) -> Learned:
    return Learned(made_model(scanner, reason=reason), scanner)


def up(chance: float, hits: float = 1.0) -> dict[str, float]:
    """What a model of volume_spike says of its BUY."""
    return {"volume_spike up hits": hits, "volume_spike up chance": chance}


def said(side: str, values: dict[str, float], *models: Learned) -> dict:
    part = Prediction(models or (learned(),))
    nothing = {name: 0.0 for one in part.inputs().values() for name in one}
    assert values.keys() <= nothing.keys()
    return answered(part, side, facts.seen({DAILY: nothing | values}))


def test_a_hit_is_given_the_models_probability_and_says_whose():
    answer = said(BUY, up(0.61))
    assert answer["available"]
    assert (answer["probability"], answer["scanner"], answer["pattern"]) == (0.61, "volume_spike", "up")
    assert answer["side"] == "BUY"
    assert "target1" in answer["meaning"]
    assert is_plain(answer)


def test_the_other_sides_hit_is_no_answer():
    reason = "no SELL of volume_spike on the last closed bar, and models know of nothing else"
    assert said(SELL, up(0.61))["reason"] == reason


@pytest.mark.parametrize("hits", [0.0, float("nan")], ids=["no hit", "unknown whether it is one"])
def test_what_is_no_hit_of_the_scanner_gets_no_probability(hits):
    assert "no BUY of volume_spike" in said(BUY, up(0.61, hits))["reason"]


def test_an_unknown_feature_is_a_reason():
    assert said(BUY, up(float("nan")))["reason"] == "a feature of volume_spike is unknown on the last closed bar"


def test_a_signal_without_a_side_has_no_target():
    assert said("HOLD", up(0.61))["reason"] == "HOLD has no side"


def test_of_several_models_the_first_that_knows_the_signal_answers_and_all_are_told():
    models = (learned(InsideBar()), learned())
    assert said(BUY, up(0.7), *models)["scanner"] == "volume_spike"
    both = up(0.7) | {"inside_bar breakout hits": 1.0, "inside_bar breakout chance": 0.55}
    answer = said(BUY, both, *models)
    assert (answer["scanner"], answer["probability"]) == ("inside_bar", 0.55)
    assert [one["probability"] for one in answer["every"]] == [0.55, 0.7]


def test_without_a_model_it_says_what_it_was_told_is_lacking():
    assert answered(Prediction(), BUY, Seen({})) == {"available": False, "reason": "no model is trained"}
    assert Prediction(lacking="because").inputs() == {}


def test_a_model_that_abstains_asks_for_nothing_and_says_its_reason():
    part = Prediction((learned(reason="it has shown nothing"),))
    assert part.inputs() == {}
    assert answered(part, BUY, Seen({}))["reason"] == "the model of volume_spike abstains: it has shown nothing"
    assert said(BUY, up(0.61), learned(InsideBar(), reason="nothing"), learned())["available"]


# --------------------------------------------------------------------------------------------- over real bars


def test_it_is_the_probability_that_the_scanner_ml_shows_of_the_same_bar():
    panel, part = tapes.panel("1d", seed=3), Prediction((learned(),))
    base = Ml(scanner="volume_spike", min_probability=0).given(made_model(LIBERAL), LIBERAL)
    hits = found(base, panel)
    answers = 0
    for pattern, side in (("up", BUY), ("down", SELL)):
        one = hits[pattern]
        last = {int(symbol): k for k, symbol in enumerate(one.symbol) if one.bar[k] == panel.starts[symbol + 1] - 1}
        told = tapes.analyst({"1d": panel}, part).analyse(tapes.SYMBOLS, dict.fromkeys(tapes.SYMBOLS, side))
        for place, symbol in enumerate(tapes.SYMBOLS):
            answer = told[symbol]["ml_prediction"]
            assert answer["available"] == (place in last), answer
            if place in last:
                assert answer["probability"] == one.columns["probability"][last[place]]
                answers += 1
    assert answers > 0


@pytest.mark.parametrize("slope", [-50.0, 1.5, 50.0])
def test_a_probability_lies_between_0_and_1_however_sure_the_model_is(slope):
    model = made_model(LIBERAL)
    sure = replace(model, ensemble=replace(model.ensemble, slope=slope))
    part = Prediction((Learned(sure, LIBERAL),))
    told = tapes.analyst(tapes.every(seed=3), part).analyse(tapes.SYMBOLS, dict.fromkeys(tapes.SYMBOLS, BUY))
    answers = [one["ml_prediction"] for one in told.values() if one["ml_prediction"]["available"]]
    assert answers
    for answer in answers:
        within_bounds(part, answer)
        assert all(0 <= one["probability"] <= 1 for one in answer["every"])


def test_a_sell_is_as_likely_as_its_mirrored_buy():
    panels, part = tapes.every(seed=3), Prediction((learned(),))
    turned = tapes.changed(panels, tapes.mirrored)
    here, there = (
        tapes.analyst(one, part).analyse(tapes.SYMBOLS, dict.fromkeys(tapes.SYMBOLS, side))
        for one, side in ((panels, BUY), (turned, SELL))
    )
    pairs = [(here[symbol]["ml_prediction"], there[symbol]["ml_prediction"]) for symbol in tapes.SYMBOLS]
    assert any(a["available"] for a, _ in pairs)
    for a, b in pairs:
        assert a["available"] == b["available"]
        np.testing.assert_allclose(a.get("probability", 0.0), b.get("probability", 0.0), rtol=1e-9)


@pytest.mark.parametrize("side", [BUY, SELL])
def test_it_keeps_the_laws_of_parts(side):
    part = Prediction((learned(VolumeSpike(min_dollar_volume=0, min_price=0, volume_ratio=1)),))
    scale_changes_nothing_but_prices(part, tapes.every(seed=3), side)
    the_future_changes_nothing(part, tapes.every(300, seed=3), dt.datetime(2024, 2, 20, 17, 0, tzinfo=dt.UTC))


# ---------------------------------------------------------------------------------------------- of a store


def stored(root: Path, scanner: Scanner, reason: str | None = None) -> None:
    save_model(root, StoredModel(made_model(scanner, reason=reason), {}))


def panel_answers(part: Prediction, panel: Panel) -> dict:
    return tapes.analyst({"1d": panel}, part).analyse(["AAA"], {"AAA": BUY})["AAA"]["ml_prediction"]


def test_it_asks_every_model_of_the_store_for_these_bars(tmp_path):
    assert Models(tmp_path).prediction().lacking == "no model is trained on 1d bars"
    stored(tmp_path, InsideBar())
    stored(tmp_path, VolumeSpike())
    assert [one.scanner.type() for one in Models(tmp_path).prediction().models] == ["inside_bar", "volume_spike"]
    assert Models(tmp_path, timeframe="5m").prediction().models == ()


def test_models_that_can_not_be_used_are_left_out_with_the_reason(tmp_path):
    stored(tmp_path, VolumeSpike())
    other = Models(tmp_path, parameters=lambda name: {"volume_ratio": 3})
    assert "volume_ratio 2, now 3" in panel_answers(other.prediction(), tapes.panel("1d"))["reason"]
    Place("volume_spike").file(tmp_path).write_text("{")
    assert "can't be read" in panel_answers(Models(tmp_path).prediction(), tapes.panel("1d"))["reason"]
    stored(tmp_path, InsideBar())
    assert [one.scanner.type() for one in Models(tmp_path).prediction().models] == ["inside_bar"]
