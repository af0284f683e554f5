"""What became of past signals beside the opportunity score, and who stands for a market: as the settings join them."""

from __future__ import annotations

import datetime as dt

import pytest

from tapehawk.app.observed import PastSignals
from tapehawk.app.quick import Analysts
from tapehawk.app.settings import settings
from tapehawk.core.rates import wilson
from tapehawk.core.signal_record import LIVE, SIMULATED, Change, SetupKey, Signal
from tapehawk.data.signal_log import SignalLog
from tests.scan.market import days, fill, frame
from tests.scan.quick_market import UP, going, stored

NOW = dt.datetime(2025, 3, 29, tzinfo=dt.UTC)


def past(number: int, *, timeframe: str = "1d", market: str = "us", origin: str = LIVE) -> Signal:
    """A signal that was traded to an end; one in four failed."""
    at = dt.datetime(2023, 1, 3, 14, 30, tzinfo=dt.UTC) + dt.timedelta(days=number // 5 // 5 * 7 + number // 5 % 5)
    key = SetupKey("gap", "up", f"S{number}", "us:test:sip:none:consolidated", timeframe, at.isoformat())
    row = {"direction": "BUY", "score": 10.0 * (number % 10), "phase": "regular"}
    outcome = "failure" if number % 4 == 0 else "success"
    closed = Change("closed", 9, outcome, price=1.0, r=1.0, mae=0.0, mfe=1.0, bars_held=3)
    history = (Change("active", 5), Change("triggered", 7, price=1.0), closed)
    return Signal(key, "regular", market, origin, "close", row, history)


def log(store, signals) -> None:
    for one in signals:
        SignalLog(store, one.origin).note([one])


def long(root):
    """Store bars enough for a regime."""
    named = {"UPP": going(0.01, 300), "SPY": going(0.001, 300)}
    return fill(root, *(frame(name, bars, days(300)) for name, bars in named.items()))


@pytest.fixture
def known(tmp_path):
    store = stored(tmp_path / "store", UPP=UP)
    return settings(environment={"SCANNER_DATA_DIR": str(store)})


def test_the_rate_is_of_the_scores_decile_among_live_signals_of_those_bars(known):
    mine = [past(number) for number in range(400)]
    log(known.store, [*mine[:1], *(past(n, timeframe="5m") for n in range(30)), past(3, origin=SIMULATED)])
    SignalLog(known.store, LIVE).note(mine)
    found = PastSignals(known.store, "us", "1d", simulated=lambda: False)(35.0)
    same = [number for number in range(400) if number % 10 == 3]
    good = sum(number % 4 != 0 for number in same)
    interval = wilson(good, len(same))
    assert (found["n"], found["rate"], found["origin"]) == (40, good / 40, LIVE)
    assert found["interval"] == [interval.low, interval.high]


def test_it_says_nothing_of_fewer_than_thirty_and_notices_when_there_are_more(known):
    asked = PastSignals(known.store, "us", "1d", simulated=lambda: False)
    SignalLog(known.store, LIVE).note([past(number) for number in range(290)])
    assert asked(35.0) is None
    SignalLog(known.store, LIVE).note([past(number) for number in range(290, 400)])
    assert asked(35.0)["n"] == 40


def test_signals_of_simulated_bars_are_never_mixed_with_others(known):
    SignalLog(known.store, LIVE).note([past(number) for number in range(400)])
    assert PastSignals(known.store, "us", "1d", simulated=lambda: True)(35.0) is None
    assert PastSignals(known.store, "us", "1d", simulated=lambda: None)(35.0) is None


def test_the_opportunity_score_has_it_beside_it(tmp_path):
    store = long(tmp_path / "store")
    known = settings(environment={"SCANNER_DATA_DIR": str(store)})
    assert "observed" not in _analysed(known)["opportunity"]
    SignalLog(store, LIVE).note([past(number) for number in range(400)])
    assert _analysed(known)["opportunity"]["observed"]["n"] == 40


def test_the_benchmark_of_the_regime_is_a_setting_else_the_equal_weight_of_all(tmp_path):
    store = long(tmp_path / "store")
    known = settings(environment={"SCANNER_DATA_DIR": str(store)})
    assert _benchmark(known)["of"] == "equal weight of 2 symbols, closes only"
    assert _benchmark(known.update("providers", benchmark_us="SPY"))["of"] == "SPY"
    missing = _benchmark(known.update("providers", benchmark_us="QQQ"))
    assert missing == {"available": False, "reason": "no 1d bars of QQQ are stored"}


def _benchmark(known) -> dict:
    return _analysed(known)["market_regime"]["benchmark"]


def _analysed(known) -> dict:
    return Analysts(known, lambda: NOW)(["UPP"], {"UPP": "BUY"}, None)["UPP"]
