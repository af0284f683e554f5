"""The settings of the trading day: built in is what is published, what is set is used, what is wrong is said."""

from __future__ import annotations

import pytest

from tapehawk.app.asking import desk, scanners_named
from tapehawk.app.phasing import day_plan, risk, rules
from tapehawk.app.settings import settings
from tapehawk.app.switching import enabled, on_while_closed
from tapehawk.core.errors import BadInput, OutOfBounds, UnknownName

PUBLISHED = {  # interval in minutes, calls a minute, scanners, risk: surfaces.md section 6
    "premarket": (2, 30, ("gap", "volume_spike", "relative_volume"), 0.7),
    "regular": (1, 60, ("all",), 1.0),
    "after_hours": (5, 15, ("reversal", "volume_spike"), 0.5),
    "closed": (10, 5, ("daily",), 0.3),
    "continuous": (1, 60, ("all",), 1.0),
}
EXTENDED = ("us", "extended")


def known(**environment):
    return settings(environment={f"SCANNER__SESSIONS__{key.upper()}": value for key, value in environment.items()})


def test_what_is_built_in_is_what_is_published():
    found = {name: (one.interval, one.calls, one.scanners, one.risk) for name, one in rules(known()).items()}
    assert found == PUBLISHED


@pytest.mark.parametrize("phase", PUBLISHED)
def test_every_key_of_a_phase_reaches_its_rule(phase):
    said = {f"{phase}_interval": "7.5", f"{phase}_calls": "3", f"{phase}_scanners": "lc,crp", f"{phase}_risk": "0.25"}
    rule = day_plan(known(**said), "us").rules[phase]
    assert (rule.interval, rule.calls, rule.scanners, rule.risk) == (7.5, 3, ("lc", "crp"), 0.25)
    assert risk(known(**said)).by_phase == {name: one[3] for name, one in PUBLISHED.items()} | {phase: 0.25}


def test_the_desk_sizes_signals_by_the_settings_multipliers():
    assert desk(known(regular_risk="0.5")).risk.by_phase["regular"] == 0.5


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("premarket_risk", "1.01"), ("closed_risk", "-0.1"), ("regular_interval", "0"), ("after_hours_interval", "-1"),
        ("continuous_calls", "0"), ("closed_interval", "1441"), ("premarket_interval", "0.01"),
        ("premarket_interval", "0.49"), ("regular_interval", "0.16"), ("after_hours_interval", "0.99"),
        ("closed_interval", "0.99"), ("continuous_interval", "0.16"),
    ],
)  # fmt: skip
def test_a_value_out_of_bounds_is_refused_with_its_key(key, value):
    with pytest.raises(OutOfBounds, match=key):
        known(**{key: value})


@pytest.mark.parametrize(
    ("phase", "seconds"),
    [("premarket", 30), ("regular", 10), ("after_hours", 60), ("closed", 60), ("continuous", 10)],
)
def test_a_phase_is_not_looked_at_more_often_than_it_may_be(phase, seconds):
    assert rules(known(**{f"{phase}_interval": str(seconds / 60)}))[phase].between == seconds * 1_000_000
    with pytest.raises(OutOfBounds) as caught:
        known(**{f"{phase}_interval": str(seconds / 60 - 0.001)})
    assert f"{seconds} seconds at least" in caught.value.hint


def test_all_stands_in_each_phase_for_those_that_the_settings_switch_on():
    on = enabled(known(), ["all"], "1m", EXTENDED)
    assert on["premarket"] == {"gap", "volume_spike", "relative_volume"}
    assert on["after_hours"] == {"reversal", "volume_spike"}
    assert on["regular"] == set(scanners_named(["all"], "1m", known().scanners))


def test_a_scanner_that_is_named_itself_is_on_in_every_phase():
    assert set(enabled(known(), ["momentum"], "1m", EXTENDED).values()) == {frozenset({"momentum"})}
    on = enabled(known(), ["all", "momentum"], "1m", EXTENDED)
    assert on["after_hours"] == {"reversal", "volume_spike", "momentum"}


def test_daily_stands_for_the_scanners_that_look_at_daily_bars_too():
    on = enabled(known(premarket_scanners="daily"), ["all"], "1m", EXTENDED)["premarket"]
    folder = known().scanners
    assert on == set(scanners_named(["all"], "1d", folder)) & set(scanners_named(["all"], "1m", folder))


def test_regular_hours_and_crypto_have_one_phase():
    assert set(enabled(known(), ["all"], "1m", ("us", "regular"))) == {"regular"}
    assert set(enabled(known(), ["all"], "1m", ("crypto", "extended"))) == {"continuous"}


def test_a_scanner_that_does_not_exist_is_an_error_that_names_the_key_and_the_nearest():
    with pytest.raises(UnknownName) as caught:
        enabled(known(premarket_scanners="gap,momentun"), ["all"], "1m", EXTENDED)
    assert "premarket_scanners" in caught.value.message
    assert "momentum" in caught.value.hint


@pytest.mark.parametrize("of", [EXTENDED, ("us", "regular"), ("crypto", "extended")])
@pytest.mark.parametrize("phase", PUBLISHED)
def test_names_of_every_phase_are_checked_whichever_are_scanned(phase, of):
    with pytest.raises(UnknownName, match=f"{phase}_scanners"):
        enabled(known(**{f"{phase}_scanners": "nosuch"}), ["all"], "1m", of)


def test_while_closed_daily_scanners_are_on_unless_the_settings_say_otherwise():
    assert on_while_closed(known()) == set(scanners_named(["all"], "1d", known().scanners))
    assert on_while_closed(known(closed_scanners="all")) == on_while_closed(known())
    assert on_while_closed(known(closed_scanners="lc,gap")) == {"lc", "gap"}
    assert on_while_closed(known(closed_scanners="")) == set()
    with pytest.raises(UnknownName, match="closed_scanners"):
        on_while_closed(known(closed_scanners="nosuch"))


def test_where_nobody_is_on_that_is_said():
    off = known(premarket_scanners="lc", regular_scanners="lc", after_hours_scanners="lc")
    with pytest.raises(BadInput, match="no scanner"):
        enabled(off, ["all"], "1m", EXTENDED)
