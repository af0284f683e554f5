"""`scanner serve` killed while it scans and writes: what it acknowledged is there, once, and the scan goes on.

What it did not acknowledge is there once when it is sent again, whether or not it was done before the kill.
"""

from __future__ import annotations

import json
import os
import random
import secrets
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tapehawk.app.asking import Asked, run
from tapehawk.app.settings import settings
from tests.app.scanned_market import FIRST, LAST, stored
from tests.app.service import Service, wait_until
from tests.records.servers import fresh_database
from tests.service.test_split import admin

pytestmark = pytest.mark.slow
CONFIG = {"min_price": 1, "breakout_volume_ratio": 0.5, "resistance_break_pct": 0}
SPAN = {"start_date": str(FIRST), "end_date": str(LAST)}
QUESTION = {**SPAN, "scanner_type": "breakout", "config": CONFIG}


class Killable(Service):
    """A server whose range scans take their time."""

    program = (sys.executable, "-m", "tests.service.slow_scanner")


@dataclass(frozen=True)
class Kind:
    """What is created: `body` of the n-th one, the list it is in, and its name there, which sent or answered says."""

    path: str
    body: Callable[[int], dict[str, Any]]
    list: str
    name: str
    of: Callable[[dict[str, Any], dict[str, Any]], str]


PORTFOLIO = Kind(
    "/api/v1/portfolios", lambda n: {"name": f"P{n}"}, "/api/v1/portfolios", "name", lambda sent, _: sent["name"]
)
WATCHED = Kind(
    "/api/v1/watchlist",
    lambda n: {"symbols": [f"W{n}"]},
    "/api/v1/watchlist",
    "symbol",
    lambda sent, _: sent["symbols"][0],
)
SCAN = Kind(
    "/api/scan/execute",
    lambda n: {**SPAN, "scanner_type": "gap", "filters": {"min_volume": n}},
    "/api/scan/list",
    "scan_id",
    lambda _, said: said["scan_id"],
)


KINDS = (PORTFOLIO, WATCHED, SCAN)


@dataclass(frozen=True)
class Sent:
    """What was sent under a key, and what was answered."""

    kind: Kind
    key: str
    body: dict[str, Any]
    said: dict[str, Any]


class Written:
    """Everything that was sent, and acknowledged before the service was killed, or not."""

    def __init__(self) -> None:
        self.acknowledged: list[Sent] = []
        self.unanswered: list[Sent] = []
        self._numbers = count()

    @contextmanager
    def going_on(self, client: httpx2.Client) -> Iterator[None]:
        """Write from two sides meanwhile, until the service is gone."""
        threads = [threading.Thread(target=self._write, args=(client,)) for _ in range(2)]
        for one in threads:
            one.start()
        try:
            yield
        finally:
            for one in threads:
                one.join()

    def _write(self, client: httpx2.Client) -> None:
        with suppress(httpx2.HTTPError):
            while True:
                number = next(self._numbers)
                kind = SCAN if number % 50 == 5 else (PORTFOLIO, WATCHED)[number % 2]
                self.send(client, kind, kind.body(number))
                time.sleep(0.01)

    def send(self, client: httpx2.Client, kind: Kind, body: dict[str, Any]) -> dict[str, Any]:
        """Send something under a key of its own; return what is answered."""
        key = secrets.token_hex(8)
        try:
            said = posted(client, kind, key, body)
        except httpx2.HTTPError:
            self.unanswered.append(Sent(kind, key, body, {}))
            raise
        self.acknowledged.append(Sent(kind, key, body, said))
        return said


def post(client: httpx2.Client, kind: Kind, key: str, body: dict[str, Any]) -> httpx2.Response:
    """Send something under a key."""
    return client.post(kind.path, json=body, headers={"Idempotency-Key": key})


def posted(client: httpx2.Client, kind: Kind, key: str, body: dict[str, Any]) -> dict[str, Any]:
    """Send something under a key; return what is answered."""
    answer = post(client, kind, key, body)
    assert answer.status_code in (200, 201), answer.text
    said: dict[str, Any] = answer.json()
    return said


def listed(client: httpx2.Client, kind: Kind) -> Counter[str]:
    """Return how often each thing of a kind is there."""
    found, cursor = Counter[str](), ""
    while True:
        page = client.get(f"{kind.list}?limit=100{cursor}").json()
        found.update(one[kind.name] for one in page["items"])
        if page["next_cursor"] is None:
            return found
        cursor = f"&cursor={page['next_cursor']}"


def killed(folder: Path, kills: int, number: int, **environment: str) -> None:
    """Kill a service again and again while it scans and writes; look at what is there when it is up again."""
    chance, written, reached = random.Random(number), Written(), 0
    environment |= {"JWT_SECRET": secrets.token_urlsafe(48), "SCANNER__STREAMING__QUICK_INTERVAL_MINUTES": "0"}
    environment |= {f"SCANNER__API__RATE_{kind}": "0" for kind in ("PER_ADDRESS", "PER_USER", "EXPENSIVE")}
    environment |= {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")])}
    stored(folder / "store")
    token = admin(folder, environment)
    for life in range(kills):
        with alive(folder, token, environment) as (service, client):
            if life == 0:
                scan = written.send(client, SCAN, QUESTION)
            with written.going_on(client):
                scanned(client, scan, lambda said, before=reached: said["processed_tickers"] > before)
                time.sleep(chance.uniform(0, 0.3))  # anywhere in a part, or in a write
                last = scanned(client, scan, bool)
                service.end(signal.SIGKILL)
        assert last["status"] == "running"
        reached = last["processed_tickers"]
    with alive(folder, token, environment) as (_, client):
        scanned(client, scan, lambda said: said["status"] in ("completed", "interrupted"))
        all_is_there(client, written)
        the_rest_is_done_once(client, written)
        rows_are_whole(folder, client, scan, environment)


@contextmanager
def alive(folder: Path, token: str, environment: dict[str, str]) -> Iterator[tuple[Service, httpx2.Client]]:
    """Hold a service, and a client of it."""
    headers = {"Authorization": f"Bearer {token}"}
    with (
        Killable(folder, **environment) as service,
        httpx2.Client(base_url=service.url, headers=headers, timeout=60, trust_env=False) as client,
    ):
        yield service, client


def scanned(client: httpx2.Client, scan: dict[str, Any], holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Wait until something holds of a scan's progress, which is returned."""
    said: dict[str, Any] = {}

    def looked() -> bool:
        said.update(client.get(f"/api/scan/progress/{scan['scan_id']}").json())
        return holds(said)

    wait_until(looked)
    return said


def all_is_there(client: httpx2.Client, written: Written) -> None:
    """Say that what was acknowledged is there, everything once, and that who asks again is told the same."""
    for kind in KINDS:
        there = listed(client, kind)
        acknowledged = [kind.of(sent.body, sent.said) for sent in written.acknowledged if sent.kind is kind]
        assert len(acknowledged) >= 2
        assert set(acknowledged) <= there.keys()
        assert set(there.values()) == {1}
    for sent in written.acknowledged[::5]:
        assert posted(client, sent.kind, sent.key, sent.body) == sent.said
    for kind in KINDS:
        assert set(listed(client, kind).values()) == {1}


def the_rest_is_done_once(client: httpx2.Client, written: Written) -> None:
    """Say that of everything that was sent there is one when what was not answered is sent again."""
    assert written.unanswered
    for sent in written.unanswered:
        assert post(client, sent.kind, sent.key, sent.body).status_code in (200, 201, 409)
    for kind in KINDS:
        every = [sent for sent in (*written.acknowledged, *written.unanswered) if sent.kind is kind]
        assert listed(client, kind).total() == len(every)


def rows_are_whole(folder: Path, client: httpx2.Client, scan: dict[str, Any], environment: dict[str, str]) -> None:
    """Say that the rows are those of one scan that nobody disturbed."""
    known = settings(environment={"SCANNER_DATA_DIR": str(folder / "store"), **environment})
    parameters = {name: str(value) for name, value in CONFIG.items()}
    (report,) = run(known, Asked(["breakout"], start_date=FIRST, end_date=LAST, parameters=parameters))
    said = client.get(f"/api/scan/results/{scan['scan_id']}").json()
    assert said["status"] == "completed"
    assert json.dumps(said["results"]) == json.dumps(report.results)
    assert len(said["results"]) > 20


def test_killed_while_it_scans_and_writes_it_loses_nothing_and_does_nothing_twice(tmp_path):
    killed(tmp_path, 2, 11)


@pytest.mark.soak
@pytest.mark.parametrize("number", range(10))
def test_killed_on_postgresql_and_again_and_again(tmp_path, number):
    with fresh_database() as url:
        killed(tmp_path, 2, number, DATABASE_URL=url)
