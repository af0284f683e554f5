"""Redis servers for the tests of the bus: real ones, their own."""

from __future__ import annotations

import pytest

from tests.bus.servers import REDIS, Server


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory):
    """Return a server that no test stops."""
    if not REDIS:
        pytest.skip("needs redis-server")
    server = Server(tmp_path_factory.mktemp("redis")).start()
    yield server
    server.kill()


@pytest.fixture
def redis_address(shared_server):
    """Return the address of a running server; tests keep apart by their prefix."""
    return shared_server.address


@pytest.fixture
def make_server(tmp_path):
    """Return a function that starts a server which the test may stop, kill and start again."""
    if not REDIS:
        pytest.skip("needs redis-server")
    servers = []

    def make(**more) -> Server:
        folder = tmp_path / f"redis{len(servers)}"
        folder.mkdir()
        servers.append(Server(folder, **more))
        return servers[-1].start()

    yield make
    for server in servers:
        server.kill()
