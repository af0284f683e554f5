"""`scanner dashboard`: where it listens, what it needs, how it starts and ends."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from tapehawk.app import dashboard
from tapehawk.app.settings import settings
from tapehawk.core.errors import BadInput, TryAgain
from tapehawk.dashboard.serving import OF_THIS_MACHINE, options
from tests.bus.servers import free_port

EVERYWHERE = "0.0.0.0"  # noqa: S104  what must be told
SCANNER = Path(sys.executable).with_name("scanner")


@contextmanager
def running(tmp_path: Path, *more: str):
    """Run `scanner dashboard`; return its process, its address and what it said until it listened."""
    port = free_port()
    said = tmp_path / "said.txt"
    with said.open("w") as out:
        process = subprocess.Popen([SCANNER, "dashboard", "--port", str(port), *more], stderr=out, stdout=out)
    try:
        until = time.monotonic() + 60
        while "Ctrl-C" not in said.read_text():
            assert process.poll() is None, said.read_text()
            assert time.monotonic() < until, said.read_text()
            time.sleep(0.05)
        yield process, f"http://127.0.0.1:{port}", said
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(20)


@pytest.mark.parametrize(("how", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_it_answers_at_its_address_and_ends_cleanly_when_told(tmp_path, how, code):
    with running(tmp_path) as (process, url, said):
        assert httpx2.get(f"{url}/_stcore/health", timeout=30, trust_env=False).text == "ok"
        process.send_signal(how)
        assert process.wait(30) == code
        assert "Traceback" not in said.read_text()
        assert url.removeprefix("http://127.0.0.1") in said.read_text()


def test_a_page_of_another_name_is_not_answered(tmp_path):
    """A name of a stranger that resolves to this machine reaches it, and is refused."""
    with running(tmp_path) as (_, url, _said):
        upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
                   "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}  # fmt: skip
        asked = f"{url}/_stcore/stream"
        codes = [
            httpx2.get(asked, headers={**upgrade, **headers}, timeout=30, trust_env=False).status_code
            for headers in ({"Host": "evil.example"}, {"Origin": "http://evil.example"})
        ]
        assert codes == [403, 403]


def test_it_listens_on_this_machine_only_unless_told_otherwise():
    usual = options(settings())
    assert (usual["server.address"], usual["server.port"]) == ("127.0.0.1", 8501)
    assert usual["server.allowedHosts"] == OF_THIS_MACHINE
    assert (usual["browser.gatherUsageStats"], usual["server.fileWatcherType"]) == (False, "none")
    told = dashboard.at(settings(), EVERYWHERE, 9000)
    assert (options(told)["server.address"], options(told)["server.port"]) == (EVERYWHERE, 9000)
    assert options(told)["server.allowedHosts"] == []
    assert "nobody is asked who they are" in dashboard.greeting(told)
    assert "nobody" not in dashboard.greeting(settings())


def test_the_theme_and_the_exports_of_tables_are_those_of_the_settings():
    known = settings().update("streamlit", theme="dark", enable_export=False)
    assert options(known)["theme.base"] == "dark"
    assert options(known)["client.disableDataExport"] is True


def test_a_port_that_is_taken_is_said_before_anything_starts():
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(TryAgain) as caught:
        dashboard.show(settings(), host="127.0.0.1", port=taken.getsockname()[1])
    assert "streamlit.port" in caught.value.hint


def test_an_address_that_is_none_of_this_machine_is_refused():
    with pytest.raises(BadInput):
        dashboard.show(settings(), host="no such host", port=free_port())


WITHOUT_THE_SERVER = """
import importlib, pkgutil, sys
for name in ("fastapi", "sqlalchemy", "socketio", "orjson", "apprise", "jwt", "redis"):
    sys.modules[name] = None
import tapehawk.dashboard
for module in pkgutil.iter_modules(tapehawk.dashboard.__path__, "tapehawk.dashboard."):
    importlib.import_module(module.name)
importlib.import_module("tapehawk.app.dashboard")
"""


def test_it_needs_nothing_of_the_service():
    done = subprocess.run([sys.executable, "-c", WITHOUT_THE_SERVER], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
