"""A service that is really served."""

from __future__ import annotations

import pytest

from tests.api.sockets.served import Served
from tests.bus.servers import REDIS, Server


@pytest.fixture
def served(house):
    """Return the house behind a real server."""
    with Served(house) as one:
        yield one


@pytest.fixture
def make_server(tmp_path):
    """Return a function that starts a Redis which the test may kill and start again."""
    if not REDIS:
        pytest.skip("needs redis-server")
    servers = []

    def make() -> Server:
        folder = tmp_path / f"redis{len(servers)}"
        folder.mkdir()
        servers.append(Server(folder))
        return servers[-1].start()

    yield make
    for server in servers:
        server.kill()
