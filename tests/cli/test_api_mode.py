"""`scanner run --api-mode`: a running service is asked, and the same is printed."""

from __future__ import annotations

import json
import re
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import uvicorn

from tapehawk.api.app import build
from tapehawk.app.house import House
from tapehawk.app.settings import settings
from tapehawk.catalog import scanner_names
from tests.api.conftest import token_of, user_of
from tests.records.tables import with_tables

NAMES = [name for name in scanner_names() if name != "ml"]


@pytest.fixture
def service(stored, monkeypatch, tmp_path) -> Iterator[str]:
    """Run a service over the simulated market, and let the command line know of it."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'records.db'}")
    house = House(settings())
    with_tables(house.database)
    server = uvicorn.Server(uvicorn.Config(build(house), port=0, log_config=None))
    listening = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    monkeypatch.setenv("SCANNER__CLI__SERVICE_URL", address)
    monkeypatch.setenv("SCANNER__CLI__SERVICE_TOKEN", token_of(house, user_of(house, "ada")))
    yield address
    server.should_exit = True
    thread.join()


def printed(scanner, *arguments) -> str:
    """Return what is printed, without the ids and times that stand beside the answer."""
    done = scanner("run", *arguments)
    assert done.exit_code == 0, done.output
    said = re.sub(r"scan_\d{8}_\d{6}_\w{8}", "an id", done.stdout)
    return re.sub(r'"elapsed_ms": [\d.]+', '"elapsed_ms": 0', re.sub(r"[\d.]+ s$", "a while", said, flags=re.MULTILINE))


@pytest.mark.parametrize("format_", ["json", "table", "csv"])
def test_the_same_is_printed_for_every_scanner(service, scanner, format_):
    for name in NAMES:
        asked = ["--scanner-type", name, "--date", "2025-06-27", "--format", format_]
        assert printed(scanner, *asked, "--api-mode") == printed(scanner, *asked), name


def test_everything_that_can_be_asked_reaches_the_service(service, scanner):
    asked = ["--scanner-type", "gap", "--timeframe", "5m", "--cutoff", "10:30", "--hours", "extended"]
    asked += ["--universe", "common", "--set", "min_price=2", "--format", "json"]
    assert printed(scanner, *asked, "--api-mode") == printed(scanner, *asked)


def test_several_scanners_are_asked_one_after_another(service, scanner):
    asked = ["--scanner-type", "inside_bar", "--scanner-type", "gap", "--format", "json"]
    assert json.loads(printed(scanner, *asked, "--api-mode")) == json.loads(printed(scanner, *asked))


@pytest.mark.parametrize(
    ("asked", "code", "said"),
    [
        (["--scanner-type", "brekout"], 2, "breakout"),
        (["--scanner-type", "breakout", "--set", "min_price=-1"], 2, "at least 0"),
        (["--scanner-type", "breakout", "--date", "2019-01-02"], 3, "reach from"),
        (["--scanner-type", "breakout", "--stream"], 2, "--api-mode"),
        (["--scanner-type", "breakout", "--start-date", "2025-06-02"], 2, "one date"),
    ],
)
def test_what_the_service_says_is_said_with_the_same_exit_code(service, scanner, asked, code, said):
    done = scanner("run", *asked, "--api-mode")
    assert (done.exit_code, said in done.output) == (code, True), done.output


@pytest.mark.parametrize("token", ["", "not-a-token-of-yours"])
def test_who_is_not_signed_in_is_told_how(service, scanner, monkeypatch, token):
    monkeypatch.setenv("SCANNER__CLI__SERVICE_TOKEN", token)
    done = scanner("run", "--scanner-type", "breakout", "--api-mode")
    assert done.exit_code == 2
    assert "SERVICE_TOKEN" in done.output
    assert "not-a-token" not in done.output


def test_no_service_is_a_passing_state(scanner, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    monkeypatch.setenv("SCANNER__CLI__SERVICE_URL", f"http://ada:secret@127.0.0.1:{port}")
    done = scanner("run", "--scanner-type", "breakout", "--api-mode")
    assert done.exit_code == 75
    assert "scanner serve" in done.output
    assert "secret" not in done.output


@pytest.mark.parametrize("address", ["localhost:8000", "file:///etc/passwd", "http://"])
def test_what_is_no_address_is_bad_input(scanner, monkeypatch, address):
    monkeypatch.setenv("SCANNER__CLI__SERVICE_URL", address)
    assert scanner("run", "--scanner-type", "breakout", "--api-mode").exit_code == 2


@pytest.mark.parametrize(
    ("status", "body"), [(200, b"<html>"), (200, b"[]"), (200, b"{}"), (500, b"oops"), (404, b"{}")]
)
def test_another_program_at_the_address_is_no_service(scanner, monkeypatch, status, body):
    class Other(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Other) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        monkeypatch.setenv("SCANNER__CLI__SERVICE_URL", f"http://127.0.0.1:{server.server_port}")
        done = scanner("run", "--scanner-type", "breakout", "--api-mode")
        thread.join()
    assert done.exit_code == 2
    assert "no Tapehawk service" in done.output
