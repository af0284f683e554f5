"""A small simulated market, stored once for all tests of the dashboard."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulated import fill_market


@pytest.fixture(scope="session")
def market(tmp_path_factory) -> Path:
    """Return a store with a year of 60 simulated names, and 5-minute bars of its last sessions."""
    return fill_market(tmp_path_factory.mktemp("market") / "store")


@pytest.fixture
def stored(market, monkeypatch) -> Path:
    """Make the simulated market the user's store."""
    monkeypatch.setenv("SCANNER_DATA_DIR", str(market))
    return market
