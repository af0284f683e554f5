"""`scanner serve`: what is refused, how it begins and ends, what several processes need."""

from __future__ import annotations

import datetime as dt
import json
import os
import pty
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from tapehawk.accounts.visitor import is_loopback
from tapehawk.app.house import PORTS, SERVICES, House
from tapehawk.app.listening import sockets, url_of
from tapehawk.app.safety import check, is_guessed
from tapehawk.app.serving import CHOSEN, _handed_on, at_port, house_here
from tapehawk.app.settings import settings
from tapehawk.core.errors import BadInput, TryAgain, UnknownName
from tapehawk.records.migrating import upgrade
from tests.app import scanned_market
from tests.app.service import SCANNER, Service
from tests.bus.servers import REDIS, Server, free_port
from tests.records.servers import bare_database
from tests.records.tables import with_tables

GOOD = "nV2xq0Lw8sZr4KdTy6BhJmEaPcGu1fXiOo9Ylk3R"


def house(services=SERVICES, **environment: str) -> House:
    return House(settings(environment={**os.environ, **environment}), services)


# ------------------------------------------------------------------------------------------ what is refused


def test_an_unknown_service_is_refused_with_the_nearest_one():
    with pytest.raises(UnknownName, match="'scaner'") as refused:
        check(house(["scaner"]))
    assert "scanner" in refused.value.hint
    with pytest.raises(BadInput, match="no service"):
        check(house([]))


@pytest.mark.parametrize(
    ("secret", "good"),
    [
        ("", False),
        ("short", False),
        ("your-secret-key-change-me-your-secret-key", False),
        ("secretsecretsecretsecretsecretsecret", False),
        ("a" * 64, False),
        ("0123456701234567012345670123456701234567", False),
        (f"{GOOD},short", False),
        (GOOD, True),
    ],
)
@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "desk.example.org"])  # noqa: S104
def test_where_others_can_come_tokens_are_signed_with_a_secret_that_nobody_guesses(secret, good, host):
    checked = house(SCANNER_HOST=host, JWT_SECRET=secret)
    if good:
        check(checked)
    else:
        with pytest.raises(BadInput, match="others reach"):
            check(checked)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1", "127.8.9.1"])
def test_on_loopback_no_secret_is_needed(host):
    check(house(SCANNER_HOST=host))


def test_no_secret_made_by_chance_is_taken_for_a_guessed_one():
    import secrets

    assert not any(is_guessed(secrets.token_urlsafe(48)) for _ in range(500))
    assert not any(is_guessed(secrets.token_hex(32)) for _ in range(500))


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({}, "Redis"),
        ({"REDIS_URL": "redis://127.0.0.1:1/0"}, "PostgreSQL"),
        ({"SCANNER_RELOAD": "true"}, "reload|start anew"),
        ({"REDIS_URL": "redis://127.0.0.1:1/0", "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/x"}, ""),
    ],
)
def test_several_processes_need_redis_and_postgresql(environment, said):
    several = house(SCANNER_WORKERS="2", **environment)
    if not said:
        check(several)
        return
    with pytest.raises(BadInput, match=said):
        check(several)


def test_a_port_that_is_taken_is_said():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(TryAgain, match="taken by another program"):
            sockets("127.0.0.1", other.getsockname()[1])


def test_an_address_of_another_machine_is_refused():
    with pytest.raises(BadInput):
        sockets("192.0.2.1", free_port())
    with pytest.raises(BadInput, match="no address of this machine"):
        sockets("no.such.host.invalid", free_port())


def test_a_service_that_runs_alone_has_a_port_of_its_own_unless_one_is_set():
    known = settings()
    assert {name: at_port(known, [name], None).api.port for name in SERVICES} == PORTS
    assert at_port(known, SERVICES, None).api.port == 8000
    assert at_port(known, ["auth", "records"], None).api.port == 8000
    set_ = settings(environment={**os.environ, "SCANNER_PORT": "9000"})
    assert at_port(set_, ["auth"], None).api.port == 9000
    assert at_port(set_, ["auth"], 9001).api.port == 9001


@pytest.mark.parametrize(
    ("host", "loopback", "url"),
    [
        ("localhost", True, "http://localhost:1"),
        ("::1", True, "http://[::1]:1"),
        ("0.0.0.0", False, "http://127.0.0.1:1"),  # noqa: S104
        ("desk.example.org", False, "http://desk.example.org:1"),
    ],
)
def test_an_address_is_known_and_shown(host, loopback, url):
    assert (is_loopback(host), url_of(host, 1)) == (loopback, url)


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [SCANNER, *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("arguments", "environment", "code", "said"),
    [
        (("nothing",), {}, 2, "unknown service"),
        ((), {"SCANNER_HOST": "0.0.0.0"}, 2, "no secret of yours"),  # noqa: S104
        ((), {"SCANNER_WORKERS": "3"}, 2, "need Redis"),
    ],
)
def test_what_is_refused_is_said_in_a_sentence_with_the_published_code(arguments, environment, code, said):
    done = run("serve", *arguments, **environment)
    assert done.returncode == code
    assert said in re.sub(r"\s+", " ", done.stderr)
    assert "Traceback" not in done.stderr + done.stdout


def test_processes_to_come_find_the_same_settings_and_no_secret_is_written_for_them(tmp_path, monkeypatch):
    file = tmp_path / "mine.toml"
    file.write_text("[api]\nrate_per_user = 77\nport = 9000\n")
    for name in (CHOSEN, "SCANNER_CONFIG", "SCANNER__API__PORT", "PROMETHEUS_MULTIPROC_DIR"):
        monkeypatch.setenv(name, "")  # what is set below ends with this test
    monkeypatch.delenv("SCANNER__API__PORT")
    before = set(os.environ)
    known = at_port(settings(file), ["auth", "records"], 9001)
    with _handed_on(known, ["auth", "records"]):
        child = house_here()
    child.close()
    assert (child.known.api.rate_per_user, child.known.api.port) == (77, 9001)
    assert child.services == ("auth", "records")
    assert set(os.environ) - before == {"SCANNER__API__PORT"}


# ------------------------------------------------------------------------------------- beginning and end


@pytest.mark.slow
def test_it_says_where_it_is_answers_and_ends_with_0_when_told_to(tmp_path):
    with Service(tmp_path) as service:
        assert f"http://127.0.0.1:{service.port}" in service.said
        assert "/docs" in service.said
        second = run("serve", "--port", str(service.port), SCANNER_DATA_DIR=str(tmp_path / "other"))
        assert (second.returncode, "taken by another program" in re.sub(r"\s+", " ", second.stderr)) == (75, True)
        same_store = Service(tmp_path).start()
        assert same_store.process.wait(60) == 75
        assert f"process {service.process.pid} serves" in re.sub(r"\s+", " ", same_store.said)
        assert service.end() == 0
    assert "Traceback" not in service.said + service.log
    lines = [json.loads(line) for line in service.log.splitlines()]
    assert all({"@timestamp", "message", "log", "ecs.version"} <= line.keys() for line in lines)


@pytest.mark.slow
def test_a_request_that_is_under_way_gets_its_answer_before_the_end(tmp_path):
    with Service(tmp_path) as service:
        body = b'{"email": "a@example.org", "password": "x"}'
        head = f"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}"
        head += "\r\nContent-Type: application/json"
        with socket.create_connection(("127.0.0.1", service.port)) as line:
            line.sendall(f"{head}\r\n\r\n".encode() + body[:5])
            time.sleep(0.3)  # it waits for the rest of the body
            service.process.send_signal(signal.SIGTERM)
            service.wait_for("Shutting down")
            line.sendall(body[5:])
            assert line.recv(65_536).startswith(b"HTTP/1.1 4")
        assert service.end() == 0


@pytest.mark.slow
def test_ctrl_c_leaves_a_clean_terminal(tmp_path):
    ours, its = pty.openpty()
    environment = {**os.environ, "SCANNER_LOG_DIR": str(tmp_path / "logs"), "SCANNER_PORT": str(free_port())}
    process = subprocess.Popen(
        [SCANNER, "serve"], env=environment, stdin=its, stdout=its, stderr=its, start_new_session=True
    )
    os.close(its)
    shown = b""
    while b"Ctrl-C ends it." not in shown:
        shown += os.read(ours, 65_536)
    process.send_signal(signal.SIGINT)
    code = process.wait(60)
    while True:
        try:
            shown += os.read(ours, 65_536)
        except OSError:
            break
    assert (code, shown.decode().strip().splitlines()[-1]) == (130, "interrupted")
    assert b"Traceback" not in shown
    assert (tmp_path / "logs" / "scanner_app.log").exists()


@pytest.mark.slow
@pytest.mark.skipif(REDIS is None, reason="needs redis-server")
def test_several_processes_serve_one_port_with_one_set_of_numbers(tmp_path):
    folder = tmp_path / "redis"
    folder.mkdir()
    redis = Server(folder).start()
    try:
        with bare_database() as url:
            shared = {"DATABASE_URL": url, "REDIS_URL": redis.address, "SCANNER_WORKERS": "2"}
            stale = Service(tmp_path, **shared).start()
            assert stale.process.wait(60) == 2, "tables that are shared are upgraded by whoever runs them"
            assert "scanner db upgrade" in stale.said
            done = run("db", "upgrade", "--format", "json", DATABASE_URL=url)
            assert json.loads(done.stdout)["before"] is None
            assert "already" in run("db", "upgrade", DATABASE_URL=url).stdout
            with Service(tmp_path, SCANNER__API__RATE_PER_ADDRESS="40", **shared) as service:
                got = [httpx2.get(f"{service.url}/api/v1/users", trust_env=False).status_code for _ in range(41)]
                assert (set(got[:40]), got[40]) == ({401}, 429), "they count together"
                text = httpx2.get(f"{service.url}/metrics", trust_env=False).text
                (count,) = re.findall(r'route="/api/v1/users",status="401"} (\S+)', text)
                assert float(count) == 40
                assert service.end() == 0
            lines = [json.loads(line) for line in service.log.splitlines()]
            assert sum(line.get("url") == {"path": "/api/v1/users"} for line in lines) == 41, "every process logs"
    finally:
        redis.stop()


@pytest.mark.slow
@pytest.mark.skipif(REDIS is None, reason="needs redis-server")
def test_what_one_of_several_processes_scans_the_others_answer(tmp_path):
    folder = tmp_path / "redis"
    folder.mkdir()
    redis = Server(folder).start()
    scanned_market.stored(tmp_path / "store")
    try:
        with bare_database() as url:
            shared = {"DATABASE_URL": url, "REDIS_URL": redis.address, "JWT_SECRET": GOOD}
            token = somebody(tmp_path, **shared)
            more = {"SCANNER_WORKERS": "2", "SCANNER__STREAMING__QUICK_INTERVAL_MINUTES": "0"}
            with Service(tmp_path, **shared, **more) as service:

                def ask(method: str, path: str, **asked: object) -> httpx2.Response:
                    """Ask on a connection of its own: whichever process takes it answers."""
                    headers = {"Authorization": f"Bearer {token}"}
                    url = f"{service.url}{path}"
                    return httpx2.request(method, url, headers=headers, trust_env=False, timeout=60, **asked)

                def agreed(path: str, holds: Callable[[dict], bool]) -> None:
                    """Wait until the answer holds twenty times in a row."""
                    end, row = time.monotonic() + 60, 0
                    while row < 20:
                        row = row + 1 if holds(said := ask("GET", path).json()) else 0
                        assert time.monotonic() < end, said

                scan = ask("POST", "/api/v1/scanner/scan", json={"scanner_type": "technical"}).json()
                for _ in range(20):
                    whole = ask("GET", f"/api/v1/scanner/export/{scan['scan_id']}/json")
                    assert whole.json() == scan
                    assert ask("GET", f"/api/v1/scanner/{scan['scan_id']}/funnel/0").status_code == 200
                quick = ask("POST", "/api/scanner/quick-scan", json={}).json()
                agreed("/api/scanner/results", lambda said: said["status"]["currentScanId"] == quick["scanId"])
                agreed("/api/scanner/results", lambda said: {row["status"] for row in said["signals"]} == {"complete"})
                name = quick["signals"][0]["symbol"]
                agreed(f"/api/scanner/symbol/{name}", lambda said: "opportunity_score" in said["deepAnalysis"])
                pids = {json.loads(line)["process"]["pid"] for line in service.log.splitlines() if "results" in line}
                assert len(pids) == 2, "both were asked"
                service.process.kill()
                assert_nobody_listens(service.port)
    finally:
        redis.stop()


def assert_nobody_listens(port: int) -> None:
    """Wait until those who served are gone as well, whoever started them was killed and could not end them."""

    def answers() -> bool:
        with socket.socket() as asking:
            return asking.connect_ex(("127.0.0.1", port)) == 0

    end = time.monotonic() + 60
    while answers():
        assert time.monotonic() < end, "somebody still answers"
        time.sleep(0.1)


def somebody(folder: Path, **environment: str) -> str:
    """Return a token of a user in the database that some settings name."""
    known = settings(environment={"SCANNER_DATA_DIR": str(folder / "store"), **environment})
    made = House(known)
    upgrade(made.database)
    with made.database.write() as records:
        user = records.users.add(email="ada@example.org", password_hash="", role="user", now=made.now())
        sign_in = records.sign_ins.add(user.id, now=made.now(), lasts=dt.timedelta(days=1))
    token = made.tokens.signed(user.id, user.role, sign_in)
    made.close()
    return token


@pytest.mark.slow
def test_many_that_start_at_once_on_one_store_leave_one(tmp_path):
    services = [Service(tmp_path).start() for _ in range(3)]
    try:
        until = time.monotonic() + 60
        while sum(one.process.poll() is None for one in services) > 1:
            assert time.monotonic() < until
            time.sleep(0.05)
        (left,) = [one for one in services if one.process.poll() is None]
        left.wait()
        assert {one.process.returncode for one in services if one is not left} == {75}
        assert left.end() == 0
    finally:
        for one in services:
            one.__exit__()


# ------------------------------------------------------------------------------------ the example settings


@pytest.mark.slow
def test_the_example_environment_starts_the_service_as_it_is(tmp_path):
    example = (Path(__file__).parents[2] / ".env.example").read_text()
    named = dict(re.findall(r"^#([A-Z][A-Z0-9_]+)=(.*)$", example, re.MULTILINE))
    assert {"JWT_SECRET", "SCANNER_PORT", "SCANNER__API__RATE_PER_USER", "METRICS_TOKEN"} <= named.keys()
    port = str(free_port())
    named |= {"SCANNER_PORT": port, "SCANNER__API__PORT": port, "SCANNER_DATA_DIR": str(tmp_path / "store")}
    named |= {"SCANNER__STORAGE__DATA_DIR": str(tmp_path / "store"), "SCANNER_LOG_DIR": "", "SCANNER_CONFIG": ""}
    with Service(tmp_path, port=int(port), **named) as service:
        ready = httpx2.get(f"{service.url}/api/health/ready", trust_env=False)
        assert (ready.status_code, ready.text) == (200, '{"status":"ok"}')
        assert service.end() == 0


# -------------------------------------------------------------------------------------------- what it costs

COUNTING = """
import sys
from tapehawk.app.house import House
from tapehawk.app.settings import settings
from tapehawk.api.app import build
build(House(settings(), sys.argv[1:]))
print(*sorted({name.split(".")[0] for name in sys.modules}))
"""


def test_a_service_that_scans_nothing_compiles_and_loads_nothing_for_scans():
    done = subprocess.run(
        [sys.executable, "-c", COUNTING, "auth"], capture_output=True, text=True, check=True, timeout=60
    )
    assert set(done.stdout.split()) & {"numba", "polars", "deltalake", "duckdb", "lightgbm", "ccxt", "apprise"} == set()


def test_threads_that_serve_end_with_the_service(house_served):
    assert not [one for one in threading.enumerate() if one.name.startswith("health") and not one.daemon]


@pytest.fixture
def house_served():
    from starlette.testclient import TestClient

    from tapehawk.api.app import build

    made = house()
    with_tables(made.database)
    with TestClient(build(made)) as client:
        client.get("/api/health")
    assert made.ending.is_set()
