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
from tests.simulated import SYMBOLS, fill_market
from tests.web import ended_signals
from tests.web.given_signals import give
from tests.web.moved_clock import CLOCK, moved

WEB = Path(__file__).parents[2] / "web"
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
OWNER = {"email": "owner@example.org", "password": "correct horse battery"}
STAGES = {
    "welcome": "own_stage",
    "range": "slow_stage",
    **dict.fromkeys(("alert", "killed", "open", "two"), "session_stage"),
}
"""By scenario, the server that it needs; the others share one."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
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
        elif what.startswith("signals "):
            _, email, count = what.split()
            give(self.service.environment, email, int(count))
        else:
            raise ValueError(what)


class SlowScans(Service):
    """A server whose range scans take their time."""

    program = (sys.executable, "-m", "tests.web.slow_scans")


class InSession(Service):
    """A server by a clock that began in a session, and goes on from there however often it is started."""

    program = (sys.executable, "-m", "tests.web.moved_clock")


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


def given(stage: Stage) -> Stage:
    """Let the owner have signals that ended."""
    ended_signals.give(Path(stage.service.environment["SCANNER_DATA_DIR"]), OWNER["email"])
    return stage


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    """Return a server that all scenarios share, whose owner has had signals."""
    for made in staged(tmp_path_factory.mktemp("stage")):
        yield given(owned(made))


@pytest.fixture
def slow_stage(tmp_path):
    """Return a server whose range scans take their time."""
    for made in staged(tmp_path, SlowScans, PYTHONPATH=os.pathsep.join(sys.path)):
        yield owned(made)


@pytest.fixture(scope="module")
def session_stage(tmp_path_factory):
    """Return a server whose market is open and goes four times as fast, so that a bar comes every 15 seconds."""
    clock = moved("2025-07-01T14:05:00+00:00", speed=4)
    market = {"SCANNER__PROVIDERS__SIM__SYMBOLS": str(SYMBOLS), "SCANNER__VOLUME_SPIKE__MIN_DOLLAR_VOLUME": "0"}
    here = {"PYTHONPATH": os.pathsep.join(sys.path), CLOCK: clock, **market}
    for made in staged(tmp_path_factory.mktemp("session"), InSession, **here):
        yield owned(made)


@pytest.fixture
def own_stage(tmp_path):
    yield from staged(tmp_path)


SCENARIOS = {path.stem for path in (WEB / "end-to-end" / "scenarios").glob("*.mjs")}


@pytest.mark.parametrize("scenario", sorted(SCENARIOS))
def test_a_trader(request, scenario):
    stage: Stage = request.getfixturevalue(STAGES.get(scenario, "stage"))
    stage.play(scenario)
