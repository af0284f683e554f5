"""What tests of the data layer share."""

from __future__ import annotations

import pytest


@pytest.fixture
def root(tmp_path):
    """Return where the store of the test goes; nothing is there yet."""
    return tmp_path / "store"


@pytest.fixture
def write(tmp_path):
    """Return a function that writes a text file and returns its path."""

    def write(name: str, text: str):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    return write
