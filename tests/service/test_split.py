"""The same URLs answer the same in one process and split into services behind nginx, PostgreSQL and Redis between."""

from __future__ import annotations

import json
import re
import secrets
import signal
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree

import httpx2
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tapehawk.api import surfaces
from tapehawk.api.openapi import document, operations
from tapehawk.app.house import SERVICES, House
from tapehawk.app.installation import SILENT
from tapehawk.app.settings import settings
from tests.api.asked import answers, told
from tests.api.owned_things import a_notification, a_signal
from tests.app.service import Service, wait_until
from tests.bus.servers import REDIS, Server, free_port
from tests.records.servers import fresh_database
from tests.records.tables import with_tables
from tests.service.nginx import NGINX, Nginx

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(REDIS is None, reason="needs redis-server"),
    pytest.mark.skipif(NGINX is None, reason="needs nginx (Debian: nginx-light)"),
]
SECRET = secrets.token_urlsafe(48)
ALIKE = {"JWT_SECRET": SECRET, "METRICS_TOKEN": "numbers", "SCANNER__API__TRUSTED_PROXIES": "127.0.0.1"}
ALIKE |= {"SCANNER__API__RATE_PER_ADDRESS": "0", "SCANNER__API__RATE_EXPENSIVE": "0"}
ALIKE |= {"SCANNER__API__REGISTRATION": "open"}
OPERATIONS = [(path, method, operation) for path, method, operation in operations(document())]
SOCKETS = sorted({route.path for name in SERVICES for route in surfaces.routes(name) if not hasattr(route, "methods")})


@dataclass
class Ways:
    """The two ways to run it: where each answers, and a token of an admin there."""

    urls: tuple[str, str]
    tokens: tuple[str, str]
    services: dict[str, Service]


@pytest.fixture(scope="module")
def ways(tmp_path_factory, market) -> Iterator[Ways]:
    whole, split, redis = (tmp_path_factory.mktemp(name) for name in ("whole", "split", "redis"))
    for folder in (whole, split):
        copytree(market, folder / "store")
    with ExitStack() as held:
        url = held.enter_context(fresh_database())
        server = Server(redis).start()
        held.callback(server.stop)
        shared = {"DATABASE_URL": url, "REDIS_URL": server.address, **ALIKE}
        tokens = admin(whole, ALIKE), admin(split, shared)
        one = held.enter_context(Service(whole, **ALIKE))
        parts = {name: Service(split, name, **shared) for name in SERVICES}
        for part in parts.values():
            held.callback(part.__exit__)
            part.start()
        for part in parts.values():
            part.wait()
        hosts = {name: f"127.0.0.1:{part.port}" for name, part in parts.items()}
        proxy = held.enter_context(Nginx(split / "nginx", hosts))
        yield Ways((one.url, proxy.url), tokens, parts)


def admin(folder: Path, environment: dict[str, str]) -> str:
    """Return a token of an admin of the database that some settings name, who has a signal and a notification."""
    known = settings(environment={"SCANNER_DATA_DIR": str(folder / "store"), **environment})
    house = House(known)
    with_tables(house.database)
    import datetime as dt

    with house.database.write() as records:
        user = records.users.add(email="root@example.org", password_hash="", role="admin", now=house.now())
        lasts = dt.timedelta(days=1)
        sign_in = records.sign_ins.add(user.id, now=house.now(), lasts=lasts)
    a_signal(house, user)
    a_notification(house, user)
    token = house.tokens.signed(user.id, user.role, sign_in)
    house.close()
    return token


def asked(url: str, path: str, method: str, operation: dict, token: str | None) -> tuple[int, str]:
    """Ask a route with made-up parts; return status and media type."""
    filled = re.sub(r"{(\w+)}", lambda part: made_up(part[1]), path)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    body = {"json": {}} if "requestBody" in operation else {}
    answer = httpx2.request(method, url + filled, headers=headers, timeout=60, trust_env=False, **body)
    return answer.status_code, answer.headers.get("content-type", "").partition(";")[0]


def of_numbers(path: str) -> str | None:
    """Return the token of the numbers: without one they are for this machine, and through a proxy nobody is on it."""
    return ALIKE["METRICS_TOKEN"] if path == "/metrics" else None


def made_up(name: str) -> str:
    return str(uuid.UUID(int=7)) if name.endswith("id") else "AAPL"


@pytest.mark.parametrize("signed_in", [False, True])
def test_every_route_answers_the_same_both_ways(ways, signed_in):
    different = []
    for path, method, operation in OPERATIONS:
        if path.endswith("/auth/logout") or (method, path) == ("delete", "/api/v1/auth/sign-ins"):
            continue  # it would end the sign-in that the next ones ask with
        got = [
            asked(url, path, method.upper(), operation, of_numbers(path) or (token if signed_in else None))
            for url, token in zip(ways.urls, ways.tokens, strict=True)
        ]
        if got[0] != got[1] or got[0][0] >= 500:
            different.append((method, path, *got))
    assert different == []


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/api/docs", "/openapi.json", "/docs/assets/swagger.js", "/no"])
def test_pages_are_the_same_both_ways(ways, path):
    first, second = (httpx2.get(url + path, timeout=60, trust_env=False) for url in ways.urls)
    assert first.status_code == second.status_code
    if first.status_code == 200:
        assert first.content == second.content
        assert first.headers["content-security-policy"] == second.headers["content-security-policy"]


def test_sockets_connect_both_ways(ways):
    """A socket is accepted, or refused by the service and not by the proxy, the same way on both."""
    accepted = set()
    for path in SOCKETS:
        filled = re.sub(r"{(\w+)}", lambda part: made_up(part[1]), path)
        got = []
        for url, token in zip(ways.urls, ways.tokens, strict=True):
            address = url.replace("http", "ws", 1) + filled
            try:
                with connect(address, additional_headers={"Authorization": f"Bearer {token}"}, proxy=None):
                    got.append(101)
            except InvalidStatus as refused:
                got.append(refused.response.status_code)
        assert got[0] == got[1], path
        assert got[0] < 500, path
        accepted |= {path} if got[0] == 101 else set()
    assert accepted >= {"/ws/signals", "/ws/market-data", "/ws/scanner-status"}


def states(url: str) -> dict[str, str]:
    """Return what `/api/health` says of the whole and of each part."""
    found = httpx2.get(f"{url}/api/health", timeout=60, trust_env=False).json()
    return {"all of it": found["status"], **{one["name"]: one["status"] for one in found["dependencies"]}}


def test_each_service_answers_its_own_part_only(ways):
    answer = httpx2.get(f"{ways.services['scanner'].url}/api/v1/users", trust_env=False)
    assert answer.status_code == 404


def test_what_nginx_refuses_is_a_problem_document_too(ways):
    answer = httpx2.post(f"{ways.urls[1]}/api/v1/auth/login", content=b"x" * 1_000_001, trust_env=False)
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert json.loads(answer.text)["title"] == "Too large"


def test_a_client_behind_the_proxy_is_known_by_its_own_address_and_can_not_name_another(ways):
    from_another = httpx2.HTTPTransport(local_address="127.0.0.2")
    with httpx2.Client(transport=from_another, trust_env=False) as client:
        client.get(f"{ways.urls[1]}/api/v1/users", headers={"X-Forwarded-For": "203.0.113.9"})
    addresses = {json.loads(line).get("client", {}).get("ip") for line in ways.services["auth"].log.splitlines()}
    assert "127.0.0.2" in addresses
    assert "203.0.113.9" not in addresses


def test_every_path_answers_what_is_published_when_split(ways):
    """In one process: tests/api/test_published.py."""
    headers = {"Authorization": f"Bearer {ways.tokens[1]}"}
    assert list(told(ways.urls[1], ways.tokens[1])) == []
    with httpx2.Client(base_url=ways.urls[1], headers=headers, timeout=60, trust_env=False) as client:
        assert [one for _, _, different in answers(client) for one in different] == []


def test_health_tells_of_a_service_that_is_gone_whoever_is_asked_and_that_it_is_back(ways):
    gone, asked = ways.services["notifications"], [ways.urls[1], *(one.url for one in ways.services.values())]
    others = set(SERVICES) - {"notifications"}
    wait_until(lambda: all(states(url).get("notifications", "ok") != "down" for url in asked))
    gone.end(signal.SIGKILL)
    wait_until(lambda: states(ways.urls[1])["notifications"] == "down", SILENT + 10)
    for name in others:
        told = states(ways.services[name].url)
        assert (told["all of it"], told["notifications"]) == ("degraded", "down")
        assert all(told[other] != "down" for other in others - {name})
        assert httpx2.get(f"{ways.services[name].url}/api/health/ready", trust_env=False).status_code == 200
    gone.start().wait()
    wait_until(lambda: states(ways.urls[1])["notifications"] != "down")


def test_a_service_that_is_gone_is_503_with_a_hint_when_and_only_its_own_paths(tmp_path):
    hosts = {name: f"127.0.0.1:{free_port()}" for name in SERVICES}
    with (
        Service(tmp_path) as service,
        Nginx(tmp_path / "nginx", {**hosts, "auth": f"127.0.0.1:{service.port}"}) as proxy,
    ):
        gone = httpx2.get(f"{proxy.url}/no/such/path", trust_env=False)
        assert (gone.status_code, gone.headers["retry-after"]) == (503, "5")
        assert gone.headers["content-type"] == "application/problem+json"
        assert httpx2.get(f"{proxy.url}/api/v1/users", trust_env=False).status_code == 401
        assert states(proxy.url)["all of it"] == "degraded", "who is there says how everything is"
