"""Through nginx: a socket is one, events come one by one, TLS is known behind it."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
import threading
import time
from collections.abc import AsyncIterator, Iterator

import httpx2
import pytest
import uvicorn
from fastapi import WebSocket
from starlette.responses import StreamingResponse
from websockets.sync.client import connect

from tapehawk.api.app import build
from tapehawk.app.house import SERVICES, House
from tapehawk.app.settings import settings
from tests.app.service import Service
from tests.bus.servers import free_port
from tests.records.tables import with_tables
from tests.service.nginx import NGINX, Nginx

pytestmark = [pytest.mark.slow, pytest.mark.skipif(NGINX is None, reason="needs nginx (Debian: nginx-light)")]


@pytest.fixture
def go_on() -> threading.Event:
    return threading.Event()


@pytest.fixture
def proxy(own_home, tmp_path, go_on) -> Iterator[Nginx]:
    """Return nginx in front of an application of ours that has a stream of events and a socket."""
    house = House(settings())
    with_tables(house.database)
    app = build(house)

    async def events() -> AsyncIterator[bytes]:
        yield b"data: first\n\n"
        await asyncio.to_thread(go_on.wait, 30)
        yield b"data: second\n\n"

    async def streamed() -> StreamingResponse:
        return StreamingResponse(events(), media_type="text/event-stream")

    async def echo(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text(await socket.receive_text())
        await socket.close()

    app.add_api_route("/events", streamed)
    app.add_api_websocket_route("/echo", echo)
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        with Nginx(tmp_path / "nginx", dict.fromkeys(SERVICES, f"127.0.0.1:{port}")) as nginx:
            yield nginx
    finally:
        go_on.set()
        server.should_exit = True
        thread.join()


def test_an_event_arrives_before_the_next_one_is_made(proxy, go_on):
    with httpx2.stream("GET", f"{proxy.url}/events", timeout=20, trust_env=False) as answer:
        lines = answer.iter_lines()
        assert next(lines) == "data: first"
        go_on.set()
        assert "data: second" in list(lines)


def test_a_socket_carries_messages_both_ways(proxy):
    with connect(f"ws://127.0.0.1:{proxy.port}/echo", proxy=None) as socket:
        socket.send("hello")
        assert socket.recv(20) == "hello"


def test_behind_tls_the_service_knows_that_it_is(tmp_path):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "2"]
    made += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate]
    subprocess.run(made, check=True, capture_output=True, timeout=60)
    believed = ssl.create_default_context(cafile=str(certificate))
    with (
        Service(tmp_path, SCANNER__API__TRUSTED_PROXIES="127.0.0.1") as service,
        Nginx(
            tmp_path / "nginx",
            dict.fromkeys(SERVICES, f"127.0.0.1:{service.port}"),
            certificate=certificate,
            key=key,
        ) as nginx,
    ):
        answer = httpx2.get(
            nginx.url.replace("http:", "https:") + "/api/health/live", verify=believed, timeout=20, trust_env=False
        )
        assert answer.status_code == 200
        assert "max-age" in answer.headers["strict-transport-security"]
