"""ML: another scanner's setups with the model's condition, held to the laws of scanners once it has a model."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from tapehawk.core.errors import NoData
from tapehawk.core.model import Model
from tapehawk.core.panel import Panel
from tapehawk.core.scanner import BUY, SELL, Scanner, setups_for
from tapehawk.scanners.breakout import Breakout
from tapehawk.scanners.lc import Lc
from tapehawk.scanners.ml import Ml
from tapehawk.scanners.relative_volume import RelativeVolume
from tapehawk.scanners.volume_spike import VolumeSpike
from tests.core.made_models import made_model
from tests.scanners import laws
from tests.scanners.tape import found

LIBERAL = VolumeSpike(min_dollar_volume=0)


def ready(base: Scanner = LIBERAL, **parameters: float) -> Ml:
    return Ml(scanner=base.type(), **parameters).given(made_model(base), base)


@cache
def market(timeframe: str = "1d", hours: str = "regular") -> Panel:
    return laws.market(timeframe, hours)


def test_without_a_trained_model_it_abstains_with_the_reason():
    with pytest.raises(NoData, match="no trained model for the scanner 'breakout'") as caught:
        list(Ml().setups())
    assert "scanner ml train --scanner-type breakout" in caught.value.hint


def test_with_a_model_that_abstains_it_does_so_too():
    model = made_model(LIBERAL, reason="it has shown nothing")
    with pytest.raises(NoData, match="abstains: it has shown nothing"):
        list(Ml(scanner="volume_spike").given(model, LIBERAL).setups())


def test_its_hits_are_those_of_the_scanner_whose_probability_exceeds_the_threshold():
    base, every, likely = found(LIBERAL, market()), found(ready(min_probability=0), market()), found(ready(), market())
    assert every.keys() == base.keys() == {"up", "down"}
    for pattern, one in likely.items():
        chance = every[pattern].columns["probability"]
        assert np.isin(every[pattern].bar, base[pattern].bar).all()
        assert one.bar.tolist() == every[pattern].bar[chance > 0.5].tolist()
        assert 0 < one.bar.size < every[pattern].bar.size
        np.testing.assert_array_equal(one.columns["score"], one.columns["probability"] * 100)


def test_hits_whose_features_are_unknown_are_none_and_counted_as_unknown():
    base, every = found(LIBERAL, market())["up"], found(ready(min_probability=0), market())["up"]
    early = sum(int(bar) % laws.length(market()) < 59 for bar in base.bar)  # before the longest feature is known
    last = next(step for step in every.steps if step.name == "probability")
    assert early == base.bar.size - every.bar.size == last.unknown > 0


def test_the_scanners_own_columns_levels_and_conditions_stay():
    for mine, own in zip(ready().setups(), LIBERAL.setups(), strict=True):
        assert list(mine.when) == [*own.when, "probability"]
        assert list(mine.show) == [*own.show, "probability"]
        assert (mine.pattern, mine.direction, mine.base, mine.says) == (own.pattern, own.direction, own.base, own.says)
        assert mine.stop is own.stop


def test_a_price_band_of_the_scanner_is_met_before_the_model():
    up, _ = ready(Breakout()).setups()
    assert list(up.when) == ["above resistance", "volume", "min_price", "max_price", "min_volume", "probability"]
    assert ready(Breakout()).limit() == (None, 0.0)


def test_its_own_floors_come_on_top_of_the_scanners_universe():
    base = VolumeSpike()
    assert ready(base).universe() == base.universe()
    assert list(ready(base, min_price=20).universe()) == [*base.universe(), "price ≥ 20"]


def test_it_is_defined_on_the_bars_that_the_scanner_is():
    assert all(setup.timeframes == Breakout.timeframes for setup in ready(Breakout()).setups())


def test_patterns_without_a_side_are_left_out():
    sides = [setup.direction for setup in ready(RelativeVolume()).setups()]
    assert sides == [BUY, SELL]
    assert [setup.direction for setup in ready(Lc(side="long")).setups()] == [BUY] * 3


def test_a_model_given_to_one_is_not_given_to_another():
    first = Ml(scanner="volume_spike")
    assert list(first.given(made_model(LIBERAL), LIBERAL).setups())
    with pytest.raises(NoData):
        list(first.setups())


# ------------------------------------------------------------------------------------------------------- the laws


def on_bars(timeframe: str, hours: str) -> Ml:
    model: Model = made_model(LIBERAL, timeframe=timeframe, hours=hours)
    return Ml(scanner="volume_spike").given(model, LIBERAL)


@pytest.mark.parametrize(("timeframe", "hours"), [("1d", "regular"), ("30m", "regular"), ("30m", "extended")])
def test_it_keeps_the_laws_of_every_scanner(timeframe, hours):
    scanner, panel = on_bars(timeframe, hours), market(timeframe, hours)
    assert len(setups_for(scanner, timeframe)) == 2
    n = laws.length(panel)
    for at in (n // 5, n // 2, n - 1):
        laws.the_future_changes_nothing(scanner, panel, at)
        laws.a_revised_bar_leaves_no_trace(scanner, panel, at)
    laws.cutting_changes_nothing(scanner, panel, [1, 2, n // 3, n - 3])
    laws.cutting_changes_nothing(scanner, panel, list(range(n - 40, n)))
    laws.symbols_are_independent(scanner, panel)
    laws.nulls_stand_only_before_the_stated_history(scanner, panel)
