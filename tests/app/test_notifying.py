"""The workers of the notification service, as the service starts them."""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
import time
import uuid
from collections.abc import Callable, Iterator

import pytest
from starlette.testclient import TestClient

from tapehawk.api.app import build
from tapehawk.app import notifying
from tapehawk.app.house import House
from tapehawk.app.settings import settings
from tapehawk.app.workers import working
from tapehawk.bus.choosing import bus_at
from tapehawk.core.events import UserSignal
from tests.bus.servers import REDIS, Server
from tests.fakes.receivers import HttpReceiver, http_receiver
from tests.notify.conftest import a_channel, a_rule, a_user, signal_row, write_signals
from tests.records.tables import with_tables

PATIENCE = 60.0  # seconds; none are waited for when all is well


class Service:
    """A house whose user has a webhook, and the far side of it."""

    def __init__(self, house: House, receiver: HttpReceiver) -> None:
        self.house, self.receiver, self.arrived, self.written = house, receiver, threading.Event(), 0
        receiver.on_request = lambda _taken: self.arrived.set()
        self.user: uuid.UUID = a_user(house.database)
        a_rule(house.database, self.user, "webhook")
        a_channel(house.database, self.user, "webhook", {"url": receiver.url, "secret": "0123456789abcdef"})
        with house.database.write() as records:
            records.hearing.begin("signals", house.now())

    def signal(self) -> None:
        self.written += 1
        write_signals(self.house.database, signal_row(self.user, self.written, dt.datetime.now(dt.UTC)))


@pytest.fixture
def service(monkeypatch) -> Iterator[Service]:
    monkeypatch.setenv("SCANNER__NOTIFICATIONS__ALLOW_PRIVATE", "true")
    with http_receiver() as receiver:
        house = House(settings(), ("notifications",))
        with_tables(house.database)
        yield Service(house, receiver)
        house.close()


def test_a_signal_gets_to_a_webhook_and_the_workers_end_when_they_are_told(service):
    with working(service.house):
        service.signal()
        assert service.arrived.wait(PATIENCE)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("notifying")]


def test_without_real_time_alerts_nobody_is_told(service, monkeypatch):
    monkeypatch.setenv("SCANNER__STREAMING__REAL_TIME_ALERTS", "false")
    silent = House(settings(), ("notifications",))
    service.signal()
    stop = threading.Event()
    thread = threading.Thread(target=notifying.listen, args=(silent, stop))
    thread.start()
    stop.set()
    thread.join()
    with service.house.database.read() as records:
        assert records.of(service.user).notifications.count_unread() == 0
    silent.close()


def test_without_a_bus_somebody_looks(service, monkeypatch):
    monkeypatch.setattr(notifying, "LOOK_SELDOM", 3600.0)
    with working(service.house):
        for _ in range(2):
            service.signal()
            assert service.arrived.wait(PATIENCE)
            service.arrived.clear()


def test_a_service_that_runs_alone_is_told_by_nobody_and_looks(service, monkeypatch):
    monkeypatch.setattr(notifying, "LOOK_SELDOM", 3600.0)
    with TestClient(build(service.house)):
        assert not service.house.waker.is_told
        service.signal()
        assert service.arrived.wait(PATIENCE)


@pytest.fixture
def nobody_looks(monkeypatch) -> None:
    """What is told is told because the bus said so."""
    monkeypatch.setattr(notifying, "LOOK_EVERY", 3600.0)
    monkeypatch.setattr(notifying, "LOOK_SELDOM", 3600.0)


def test_the_bus_says_that_there_is_something_to_tell_and_to_send(service, nobody_looks):
    everything = House(settings())
    with TestClient(build(everything)):
        assert everything.waker.is_told
        for _ in range(2):
            service.signal()
            until(service, lambda: everything.broadcast.say(NEWS))


@pytest.mark.skipif(REDIS is None, reason="needs redis-server")
def test_so_does_the_bus_at_redis_also_after_it_was_away(service, nobody_looks, monkeypatch, tmp_path):
    server = Server(tmp_path).start()
    monkeypatch.setenv("REDIS_URL", server.address)
    alone = House(settings(), ("notifications",))
    try:
        with TestClient(build(alone)):
            for _ in range(2):
                told_by(alone)
                service.signal()
                until(service, lambda: asyncio.run(said(server.address)))
                server.kill()
                server.start()
    finally:
        server.stop()


NEWS = UserSignal("somebody", {})


def told_by(house: House) -> None:
    """Wait until a house hears of what happens, as it does a moment after Redis is there."""
    end = time.monotonic() + PATIENCE
    while not house.waker.is_told:
        assert time.monotonic() < end, "it is never told"
        time.sleep(0.05)


def until(service: Service, say: Callable[[], None]) -> None:
    """Say that there is news until it has arrived."""
    end = time.monotonic() + PATIENCE
    while not service.arrived.is_set():
        assert time.monotonic() < end, "nobody is told"
        say()
        service.arrived.wait(0.2)
    service.arrived.clear()


async def said(address: str) -> None:
    async with bus_at(address) as bus:
        await bus.publish(NEWS)
