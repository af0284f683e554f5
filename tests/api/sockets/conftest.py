"""A service that is really served."""

from __future__ import annotations

import pytest

from tests.api.sockets.served import Served


@pytest.fixture
def served(house):
    """Return the house behind a real server."""
    with Served(house) as one:
        yield one
