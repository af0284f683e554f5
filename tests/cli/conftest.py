"""A small simulated market, stored once for all tests of the command line; nobody may write to it but panels."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from typer.testing import CliRunner, Result

from tapehawk.cli.main import app


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
