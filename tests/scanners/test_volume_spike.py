from __future__ import annotations

from tapehawk.core.signals import confidence_factors
from tapehawk.scanners.volume_spike import VolumeSpike
from tests.scan.market import ask
from tests.scanners.tape import START, Minute, at_last, calm, daily, intraday, shown

GREEN, RED = (100.0, 101.0, 99.9, 100.8, 2.1e6), (100.8, 101.0, 99.9, 100.0, 2.1e6)


def test_a_green_bar_on_more_than_twice_the_volume_is_a_buy_with_the_stop_at_its_low():
    tape = daily(*calm(30), GREEN)
    assert at_last(VolumeSpike(), tape) == ["up"]
    assert shown(VolumeSpike(), tape, "up") == {"entry": 100.8, "stop": 99.9, "volume_ratio": 2.1}


def test_a_red_one_is_a_sell_with_the_stop_at_its_high():
    tape = daily(*calm(30), RED)
    assert at_last(VolumeSpike(), tape) == ["down"]
    assert shown(VolumeSpike(), tape, "down")["stop"] == 101.0


def test_twice_the_volume_exactly_and_a_doji_are_no_spikes():
    assert at_last(VolumeSpike(), daily(*calm(30), (100.0, 101.0, 99.9, 100.8, 2.0e6))) == []
    assert at_last(VolumeSpike(), daily(*calm(30), (100.0, 101.0, 99.0, 100.0, 9e6))) == []


def test_the_bar_itself_is_not_in_the_mean_it_is_compared_with():
    slightly_more_than_twice = daily(*calm(30), (100.0, 101.0, 99.9, 100.8, 2.05e6))
    assert at_last(VolumeSpike(), slightly_more_than_twice) == ["up"]  # 1.95 times a mean that holds the bar


def test_t9_the_volume_it_asks_for_is_no_factor_of_its_confidence():
    assert [set(confidence_factors(setup)) for setup in VolumeSpike().setups()] == [{"trend", "rsi"}] * 2


def test_t4_the_multiplier_is_read():
    assert at_last(VolumeSpike(volume_ratio=3), daily(*calm(30), GREEN)) == []


def test_t3_after_hours_a_spike_is_as_sure_and_risks_half():
    """At eleven and at five, New York time: what a phase scales is the risk."""
    rows = []
    for spike in (14, 26):
        bars = [(100.0, 100.25, 99.75, 100.0, 1e6)] * 64
        bars[32 + spike] = (100.0, 120.0, 90.0, 118.0, 9e6)
        tape = intraday("30m", [Minute(i // 32, i % 32 * 30, bar) for i, bar in enumerate(bars)], hours="extended")
        rows += ask(tape, VolumeSpike(), hours="extended", start_date=START).results
    regular, after = rows
    assert (regular["phase"], after["phase"]) == ("regular", "after_hours")
    assert after["confidence"] == regular["confidence"] > 70
    assert (regular["position_size"], after["position_size"]) == (35, 17)  # 1 % of 100,000, and half of it, over 28
