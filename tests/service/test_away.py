"""PostgreSQL or Redis goes away under load: who asks is told so, and all is well again when it is back."""

from __future__ import annotations

import json
import secrets
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2
import pytest

from tests.app.service import Service, wait_until
from tests.bus.servers import REDIS, free_port
from tests.bus.servers import Server as Redis
from tests.records.servers import Server as PostgreSQL
from tests.service.test_split import admin

pytestmark = [pytest.mark.slow, pytest.mark.skipif(REDIS is None, reason="needs redis-server")]


@pytest.fixture
def postgresql() -> Iterator[PostgreSQL]:
    with TemporaryDirectory() as folder:  # not pytest's, into which only its own user may look
        made = PostgreSQL(Path(folder), free_port())
        made.start()
        yield made
        made.stop("immediate")


@pytest.fixture
def redis(tmp_path_factory) -> Iterator[Redis]:
    made = Redis(tmp_path_factory.mktemp("redis")).start()
    yield made
    made.stop()


class Load:
    """Requests that are made all the time, counted by how they ended."""

    def __init__(self, url: str, token: str) -> None:
        self._url, self._headers = url, {"Authorization": f"Bearer {token}"}
        self.statuses: Counter[int] = Counter()
        self.odd: list[str] = []
        self._over = threading.Event()

    @contextmanager
    def on(self) -> Iterator[None]:
        threads = [threading.Thread(target=self._ask) for _ in range(4)]
        for one in threads:
            one.start()
        yield
        self._over.set()
        for one in threads:
            one.join()

    def _ask(self) -> None:
        with httpx2.Client(timeout=60, trust_env=False) as client:
            while not self._over.is_set():
                answer = client.get(f"{self._url}/api/v1/users?limit=1", headers=self._headers)
                self.statuses[answer.status_code] += 1
                if answer.status_code != 200 and "detail" not in json.loads(answer.text):
                    self.odd.append(answer.text)

    def more(self, status: int) -> None:
        """Wait until some more requests end with a status."""
        enough = self.statuses[status] + 5
        wait_until(lambda: self.statuses[status] >= enough)


def dependency(service: Service, name: str) -> str:
    found = httpx2.get(f"{service.url}/api/health", timeout=60, trust_env=False).json()["dependencies"]
    return next(one["status"] for one in found if one["name"] == name)


def ready(service: Service) -> int:
    return httpx2.get(f"{service.url}/api/health/ready", timeout=60, trust_env=False).status_code


def test_postgresql_restarted_under_load_is_503_meanwhile_and_well_again_after(tmp_path, postgresql):
    shared = {"DATABASE_URL": postgresql.url, "JWT_SECRET": secrets.token_urlsafe(48)}
    shared |= {"SCANNER__API__RATE_PER_ADDRESS": "0", "SCANNER__API__RATE_PER_USER": "0"}
    token = admin(tmp_path, shared)
    with Service(tmp_path, **shared) as service:
        load = Load(service.url, token)
        with load.on():
            load.more(200)
            for how in ("immediate", "fast"):
                postgresql.stop(how)
                load.more(503)
                wait_until(lambda: ready(service) == 503)
                assert httpx2.get(f"{service.url}/api/health/live", timeout=60, trust_env=False).status_code == 200
                assert dependency(service, "database") == "down"
                postgresql.start()
                load.more(200)
                wait_until(lambda: ready(service) == 200)
        assert load.statuses.keys() <= {200, 503}
        assert load.odd == []
        assert service.end() == 0
    assert "Traceback" not in service.said


def test_redis_restarted_under_load_turns_nobody_away_and_is_used_again_after(tmp_path, redis):
    shared = {"REDIS_URL": redis.address, "JWT_SECRET": secrets.token_urlsafe(48)}
    shared |= {"SCANNER__API__RATE_PER_ADDRESS": "1000000", "SCANNER__API__RATE_PER_USER": "1000000"}
    token = admin(tmp_path, shared)
    with Service(tmp_path, **shared) as service:
        load = Load(service.url, token)
        with load.on():
            load.more(200)
            for end in (redis.kill, redis.freeze):
                end()
                load.more(200)
                wait_until(lambda: ready(service) == 503)
                assert dependency(service, "bus") == "down"
                redis.thaw() if end == redis.freeze else redis.start()
                wait_until(lambda: ready(service) == 200)
                load.more(200)
        assert load.statuses.keys() == {200}
        assert service.end() == 0
    counted = [line for line in service.log.splitlines() if "counts requests for itself" in line]
    assert counted
