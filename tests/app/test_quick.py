"""The two-phase scan as settings join it: both markets, each with its own analyst, and what is done periodically."""

from __future__ import annotations

import datetime as dt
from queue import SimpleQueue

import pytest

from tapehawk.app.quick import EVERYTHING, two_phase
from tapehawk.app.settings import settings
from tapehawk.core.events import DeepAnalysisComplete, SymbolAnalyzed
from tapehawk.scan.quick_question import QuickQuestion
from tests.scan.quick_market import DOWN, UP, coins, stored

HOURLY = [100 + hour / 10 + hour % 3 for hour in range(120)]
NOW = dt.datetime(2024, 3, 29, tzinfo=dt.UTC)


class Stop:
    """A stop that is set after so many waits, which take no time."""

    def __init__(self, waits: int) -> None:
        self.left = waits

    def wait(self, _: float) -> bool:
        self.left -= 1
        return self.left < 0


@pytest.fixture
def told() -> SimpleQueue:
    return SimpleQueue()


@pytest.fixture
def two(tmp_path, told):
    root = coins(stored(tmp_path / "store", UPP=UP, DWN=DOWN), HOURLY)
    made = two_phase(settings(environment={"SCANNER_DATA_DIR": str(root)}), told.put, now=lambda: NOW)
    yield made
    made.scanner.close()


def heard(told: SimpleQueue) -> list:
    events = []
    while not (events and isinstance(events[-1], DeepAnalysisComplete)):
        events.append(told.get(timeout=120))
    return events


def test_symbols_of_both_markets_are_scanned_and_analysed_each_on_its_own_bars(two, told):
    question = QuickQuestion(("UPP", "DWN", "BTC/USDT"))
    scan = two.scanner.scan(question)
    two.deepen(question)
    analyzed = {event.symbol: event.deep_data for event in heard(told) if isinstance(event, SymbolAnalyzed)}
    assert set(analyzed) == {row["symbol"] for row in scan.rows} == {"UPP", "DWN", "BTC/USDT"}
    stops = {symbol: parts["sl_tp"].get("stopLoss") for symbol, parts in analyzed.items()}
    prices = {row["symbol"]: row["price"] for row in scan.rows}
    assert stops["UPP"] < prices["UPP"]
    assert stops["DWN"] > prices["DWN"]
    assert set(analyzed["BTC/USDT"]) >= {"opportunity_score", "market_regime", "sl_tp", "confluence", "ml_prediction"}
    assert analyzed["UPP"]["ml_prediction"]["reason"] == "no model is trained on 1d bars"
    assert "1h" in analyzed["BTC/USDT"]["ml_prediction"]["reason"]
    assert {row["status"] for row in two.scanner.results()["signals"]} == {"complete"}


def test_every_market_is_scanned_periodically_and_once_for_each_beat(two):
    two.run_periodically(15, Stop(2))
    counts = [one["symbolCount"] for one in two.scanner.scan_status()["history"]]
    assert counts == [1, 2, 1, 2]  # newest first: coins, stocks
    assert two.scanner.scan_status()["status"]["periodicScanningEnabled"] is True
    assert len(EVERYTHING) == 2


def test_no_minutes_between_scans_mean_none(two):
    two.run_periodically(0, Stop(2))
    assert two.scanner.scan_status()["history"] == []
    assert settings(environment={}).streaming.quick_interval_minutes == 15
