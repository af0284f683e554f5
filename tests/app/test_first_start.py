"""The service as a process: its first start shows a link, and the link makes the owner."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.bus.servers import free_port

pytestmark = pytest.mark.slow
SCANNER = Path(sys.executable).parent / "scanner"
PROXIED = {"X-Forwarded-For": "127.0.0.1"}


@contextmanager
def served(**environment: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Yield a service of accounts, and its address."""
    port = free_port()
    variables = {**os.environ, "PYTHONUNBUFFERED": "1", "SCANNER_HOST": "127.0.0.1", **environment}
    command = [SCANNER, "serve", "auth", "--port", str(port)]
    process = subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.communicate(timeout=30)


def asked(url: str, body: object = None, **headers: str) -> tuple[int, dict]:
    """Ask until somebody listens; return the status and the answer."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json", **headers})  # noqa: S310
    for _ in range(600):
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            return refused.code, json.load(refused)
        except urllib.error.URLError:
            subprocess.run(["sleep", "0.05"], check=True)
    raise AssertionError("nobody listens")


def test_the_first_start_shows_a_link_that_makes_the_owner_and_the_second_shows_none():
    with served() as (process, address):
        shown = iter(process.stdout.readline, "")
        link = next(line.strip() for line in shown if "/welcome#" in line)
        assert re.fullmatch(rf"{address}/welcome#[\w-]{{43}}", link)
        ticket = link.partition("#")[2]
        status, grant = asked(f"{address}/api/v1/auth/welcome", {"ticket": ticket, "email": "ada@example.org"})
        assert status == 200
        owner = asked(f"{address}/api/v1/auth/me", Authorization=f"Bearer {grant['access_token']}")[1]
        assert (owner["email"], owner["role"]) == ("ada@example.org", "admin")
        assert asked(f"{address}/api/v1/auth/welcome", {"ticket": ticket})[0] == 401
    with served() as (process, address):
        assert asked(f"{address}/api/v1/auth/me", Authorization=f"Bearer {grant['access_token']}")[0] == 200
        process.terminate()
        assert "/welcome" not in process.stdout.read()


def test_at_home_the_owner_needs_no_token_and_who_comes_through_a_proxy_does():
    with served(SCANNER__API__AUTH="loopback-open") as (_, address):
        assert asked(f"{address}/api/v1/auth/me")[1]["role"] == "admin"
        assert asked(f"{address}/api/v1/auth/me", **PROXIED)[0] == 401
        assert asked(f"{address}/api/v1/auth/me", Host="evil.example")[0] == 401
