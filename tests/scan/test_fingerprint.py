"""A fingerprint is another as soon as anything is computed differently, and the same in every process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from tapehawk import BUY, Scanner, Setup, close, high, highest, low
from tapehawk.catalog import scanner_names, scanner_type
from tapehawk.core.errors import BadInput
from tapehawk.scan.fingerprint import fingerprint

NAMES = [name for name in scanner_names() if name != "ml"]


class Twenty(Scanner):
    """A new high."""

    bars: int = 20

    def setups(self) -> Iterator[Setup]:
        yield Setup("high", BUY, base=100, when={"new high": close > highest(high, self.bars)[1]}, stop=low)


def mended(**changes: object) -> type[Scanner]:
    """Return the same scanner, its file changed."""

    class Twenty(Scanner):
        bars: int = 20

        def setups(self) -> Iterator[Setup]:
            when = {"new high": close > highest(high, self.bars)[1]}
            yield Setup(**{"pattern": "high", "direction": BUY, "base": 100, "when": when, "stop": low, **changes})

    return Twenty


def test_every_scanner_has_its_own():
    assert len({fingerprint(scanner_type(name)(), scanner_type(name).timeframes[-1]) for name in NAMES}) == len(NAMES)


def test_the_same_definition_has_the_same():
    assert fingerprint(Twenty(), "1d") == fingerprint(mended()(), "1d")


@pytest.mark.parametrize(
    "changes",
    [
        {"stop": low[1]},
        {"base": 101},
        {"pattern": "low"},
        {"when": {"new high": close > highest(high, 20)[2]}},
        {"when": {"another name": close > highest(high, 20)[1]}},
        {"show": {"level": highest(high, 20)}},
        {"known": "open"},
    ],
    ids=str,
)
def test_any_change_of_the_definition_makes_another(changes):
    assert fingerprint(mended(**changes)(), "1d") != fingerprint(Twenty(), "1d")


def test_parameters_of_the_conditions_the_universe_and_the_limits_make_another():
    breakout = scanner_type("breakout")
    asked = [{}, {"consolidation_period": 6}, {"min_price": 1}, {"max_price": 90}, {"max_results_per_day": 7}]
    asked += [{"min_probability_score": 1}, {"breakout_volume_ratio": 2}]
    assert len({fingerprint(breakout(**one), "1d") for one in asked}) == len(asked)


def test_another_process_says_the_same():
    code = (
        "from tapehawk.catalog import scanner_type\nfrom tapehawk.scan.fingerprint import fingerprint\n"
        "print(fingerprint(scanner_type('lc')(), '1d'))"
    )
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert said.strip() == fingerprint(scanner_type("lc")(), "1d")


def test_a_timeframe_that_it_is_not_defined_on_is_an_error():
    with pytest.raises(BadInput):
        fingerprint(scanner_type("lc")(), "5m")
