"""A small simulated market, stored once for all tests of the command line; nobody may write to it but panels."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tapehawk.cli.main import app
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


@pytest.fixture(autouse=True)
def no_width(monkeypatch) -> None:
    """Take away the width that a parallel test run states for its own terminal."""
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.fixture
def scanner() -> Callable[..., Result]:
    """Return the command line, as typer's own runner runs it."""
    return lambda *args: CliRunner().invoke(app, [str(arg) for arg in args])


@pytest.fixture
def answer(scanner) -> Callable[..., object]:
    """Return the command line's answer for programs."""

    def asked(*args: object) -> object:
        done = scanner(*args, "--format", "json")
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    return asked
