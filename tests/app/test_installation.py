"""The services of an installation hear of each other where they share a Redis, and say so where they do not."""

from __future__ import annotations

import threading

import pytest
from starlette.testclient import TestClient

from tapehawk.api.app import build
from tapehawk.app import installation
from tapehawk.app.health import Found, Health
from tapehawk.app.house import SERVICES, House
from tapehawk.app.installation import beat, say
from tapehawk.app.settings import settings
from tapehawk.bus.shelf import Shelf
from tapehawk.core.errors import TryAgain
from tests.records.tables import with_tables


class Between(Shelf):
    """A shelf that processes share. `away`: nobody reaches it."""

    is_shared = True

    def __init__(self) -> None:
        self.held: dict[str, tuple[bytes, int]] = {}
        self.away = False

    def put(self, name: str, content: bytes, *, seconds: int) -> None:
        self._need()
        self.held[name] = content, seconds

    def get(self, name: str) -> bytes | None:
        self._need()
        return self.held.get(name, (None, 0))[0]

    def _need(self) -> None:
        if self.away:
            raise TryAgain("Redis: ConnectionError")


@pytest.fixture(autouse=True)
def idle(monkeypatch) -> None:
    """Let nobody work behind the requests."""
    monkeypatch.setattr("tapehawk.app.workers.WORKERS", {})
    monkeypatch.setattr("tapehawk.app.workers.EVERYWHERE", ())


@pytest.fixture
def shelf() -> Between:
    return Between()


def house(shelf: Shelf, *services: str, state: str = "ok") -> House:
    """Return the house of a process, which is in some state."""
    made = House(settings(), services)
    with_tables(made.database)
    made.__dict__["shelf"] = shelf
    made.__dict__["health"] = Health({"database": lambda: Found(state)}, made.now)
    return made


def told(one: House) -> tuple[str, dict[str, str]]:
    """Return what a process says of the whole, and of the services in other ones."""
    with TestClient(build(one)) as client:
        found = client.get("/api/health").json()
    assert found["services"] == list(SERVICES)
    assert found["dependencies"][0]["name"] == "database"
    return found["status"], {part["name"]: part["status"] for part in found["dependencies"][1:]}


def test_all_is_well_when_every_service_is_heard_of_and_degraded_when_one_is_not(shelf):
    here = house(shelf, "scanner", "records")
    for name in ("auth", "market-data", "notifications"):
        say(house(shelf, name))
    others = dict.fromkeys(("notifications", "market-data", "auth"), "ok")
    assert told(here) == ("ok", others)
    del shelf.held["service:auth"]  # as Redis does when nobody says it again
    assert told(house(shelf, "scanner", "records")) == ("degraded", {**others, "auth": "down"})


def test_a_service_that_is_not_well_itself_is_told_of_as_it_is(shelf):
    for name in SERVICES[1:]:
        say(house(shelf, name, state="degraded" if name == "records" else "ok"))
    status, others = told(house(shelf, "scanner"))
    assert (status, others["records"], others["auth"]) == ("degraded", "degraded", "ok")


def test_one_process_with_every_service_has_nobody_to_hear_of():
    assert told(house(Shelf(), *SERVICES)) == ("ok", {})


def test_without_redis_and_while_it_is_away_the_others_are_missing(shelf):
    assert set(told(house(Shelf(), "scanner"))[1].values()) == {"down"}
    shelf.away = True
    status, others = told(house(shelf, "scanner"))
    assert (status, set(others.values())) == ("degraded", {"down"})


def test_a_heart_beats_until_its_process_ends_and_through_an_outage(shelf, monkeypatch):
    monkeypatch.setattr(installation, "BEAT", 0.01)
    stop, shelf.away = threading.Event(), True
    thread = threading.Thread(target=beat, args=(house(shelf, "auth"), stop))
    thread.start()
    while not shelf.held:
        shelf.away = False
        assert not stop.wait(0.01)
    stop.set()
    thread.join(20)
    assert not thread.is_alive()
    assert shelf.held == {"service:auth": (b"ok", installation.SILENT)}
