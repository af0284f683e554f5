from __future__ import annotations

from tapehawk.core.signals import confidence_factors
from tapehawk.scanners.volume_spike import VolumeSpike
from tests.scanners.tape import at_last, calm, daily, shown

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
