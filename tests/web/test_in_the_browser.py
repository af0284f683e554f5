"""The built web app in a real Chromium at a real server: a scenario of `web/end-to-end/scenarios` each."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from tapehawk.api import web_app
from tests.app.service import Service
from tests.simulated import fill_market

WEB = Path(__file__).parents[2] / "web"
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
OWNER = {"email": "owner@example.org", "password": "correct horse battery"}
BY_ITSELF = {"welcome", "killed"}
"""Scenarios that need a server of their own."""
SLOW = {"range"}
"""Scenarios at a server whose range scans take their time."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not web_app.BUILT.joinpath("index.html").is_file(), reason="the web app is not built: make web"),
    pytest.mark.skipif(not (CHROMIUM and shutil.which("node")), reason="no chromium, or no node"),
]


@dataclass
class Stage:
    """A server with a simulated market. `link`: what signs its owner in, once."""

    service: Service
    link: str

    def play(self, scenario: str) -> None:
        """Play a scenario, and do to the server what it asks for."""
        environment = {**os.environ, "CHROMIUM": CHROMIUM or "", "LINK": self.link}
        command = ["node", "end-to-end/run.mjs", scenario, self.service.url, *OWNER.values()]
        pipe = subprocess.PIPE
        with subprocess.Popen(
            command, cwd=WEB, env=environment, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT, text=True
        ) as run:
            assert run.stdin
            assert run.stdout
            said = []
            for line in run.stdout:
                said.append(line)
                if line.startswith("server: "):
                    self._do(line.removeprefix("server: ").strip())
                    run.stdin.write("done\n")
                    run.stdin.flush()
        assert run.returncode == 0, "".join(said)

    def _do(self, what: str) -> None:
        if what == "kill":
            self.service.end(signal.SIGKILL)
        elif what == "start":
            self.service.start().wait()
        else:
            raise ValueError(what)


class SlowScans(Service):
    """A server whose range scans take their time."""

    program = (sys.executable, "-m", "tests.web.slow_scans")


def staged(folder: Path, of: type[Service] = Service, **environment: str) -> Iterator[Stage]:
    """Fill a market, and let a server show it."""
    fill_market(folder / "store")
    with of(folder, PYTHONUNBUFFERED="1", **environment) as service:
        until = time.monotonic() + 60
        while not (link := re.search(r"http\S+/welcome#([\w-]+)", service.said)):
            assert time.monotonic() < until, service.said
            time.sleep(0.05)
        yield Stage(service, link[0])


def owned(stage: Stage) -> Stage:
    """Let the owner have signed in."""
    ticket = stage.link.partition("#")[2]
    url = f"{stage.service.url}/api/v1/auth/welcome"
    answer = httpx2.post(url, json={"ticket": ticket, **OWNER}, timeout=30, trust_env=False)
    assert answer.status_code == 200, answer.text
    return stage


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    """Return a server that all scenarios share."""
    for made in staged(tmp_path_factory.mktemp("stage")):
        yield owned(made)


@pytest.fixture
def slow_stage(tmp_path):
    for made in staged(tmp_path, SlowScans, PYTHONPATH=os.pathsep.join(sys.path)):
        yield owned(made)


@pytest.fixture
def own_stage(tmp_path):
    yield from staged(tmp_path)


SCENARIOS = {path.stem for path in (WEB / "end-to-end" / "scenarios").glob("*.mjs")}


@pytest.mark.parametrize("scenario", sorted(SCENARIOS - BY_ITSELF - SLOW))
def test_a_trader(stage, scenario):
    stage.play(scenario)


@pytest.mark.parametrize("scenario", sorted(SCENARIOS & BY_ITSELF))
def test_a_trader_with_a_server_of_their_own(own_stage, scenario):
    own_stage.play(scenario)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("scenario", sorted(SCENARIOS & SLOW))
def test_a_trader_whose_scans_take_their_time(slow_stage, scenario):
    slow_stage.play(scenario)
