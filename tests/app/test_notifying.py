"""The workers of the notification service, as the service starts them."""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
import uuid
from collections.abc import Iterator

import pytest

from tapehawk.app import notifying
from tapehawk.app.house import House
from tapehawk.app.settings import settings
from tapehawk.app.workers import working
from tapehawk.bus.choosing import bus_at
from tapehawk.core.events import SignalChanged
from tests.bus.servers import REDIS, Server
from tests.fakes.receivers import HttpReceiver, http_receiver
from tests.notify.conftest import a_channel, a_rule, a_user, signal_row, write_signals
from tests.records.tables import with_tables

PATIENCE = 60.0  # seconds; none are waited for when all is well


class Service:
    """A house whose user has a webhook, and the far side of it."""

    def __init__(self, house: House, receiver: HttpReceiver) -> None:
        self.house, self.receiver, self.arrived = house, receiver, threading.Event()
        receiver.on_request = lambda _taken: self.arrived.set()
        self.user: uuid.UUID = a_user(house.database)
        a_rule(house.database, self.user, "webhook")
        a_channel(house.database, self.user, "webhook", {"url": receiver.url, "secret": "0123456789abcdef"})
        with house.database.write() as records:
            records.hearing.begin("signals", house.now())

    def signal(self) -> None:
        write_signals(self.house.database, signal_row(self.user, 1, dt.datetime.now(dt.UTC)))


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


@pytest.mark.skipif(REDIS is None, reason="needs redis-server")
def test_the_bus_says_that_there_is_something(service, monkeypatch, tmp_path):
    """Nobody looks for an hour: what is told is told because the bus said so, also after it was away."""
    monkeypatch.setattr(notifying, "LOOK_EVERY", 3600.0)
    server = Server(tmp_path).start()
    stop, news = threading.Event(), threading.Event()
    hearing = threading.Thread(target=lambda: asyncio.run(notifying._hear(server.address, news, stop)))
    hearing.start()
    try:
        for _ in range(2):
            assert asyncio.run(said_until(server.address, news))
            server.kill()
            server.start()
            news.clear()
    finally:
        stop.set()
        hearing.join()
        server.stop()


async def said_until(address: str, news: threading.Event) -> bool:
    """Publish until it is heard."""
    async with asyncio.timeout(PATIENCE), bus_at(address) as bus:
        while not news.is_set():
            await bus.publish(SignalChanged("key", "active", "triggered", 0))
            await asyncio.sleep(0.05)
    return True
