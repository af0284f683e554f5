"""The workers of the notification service: one listens to what becomes of signals, others send what that leads to."""

from __future__ import annotations

import asyncio
import time
from threading import Event, Thread
from typing import Final

from tapehawk.app.house import House
from tapehawk.bus.choosing import bus_at
from tapehawk.bus.door import Subscription
from tapehawk.core.errors import TapehawkError
from tapehawk.core.events import ScanUpdate, SignalChanged
from tapehawk.notify.door import MailServer, Means
from tapehawk.notify.line import Line
from tapehawk.notify.sending import Sender
from tapehawk.notify.telling import tell

LOOK_EVERY: Final = 1.0
"""Seconds between two looks at the tables when the bus says nothing."""
BREATH: Final = 0.1
"""Seconds after which who waits looks whether it is the end."""


def means(house: House) -> Means:
    """Return what notifiers work with, by the settings."""
    notifications = house.known.notifications
    mail = MailServer(
        host=notifications.smtp_host,
        port=notifications.smtp_port,
        user=notifications.smtp_user,
        password=notifications.smtp_password,
        sender=notifications.smtp_from,
    )
    return Means(Line(notifications.allow_private), mail, lambda: house.now().timestamp())


def listen(house: House, stop: Event) -> None:
    """Tell users what becomes of their signals, as soon as the bus says that there is something, or without it."""
    if not house.known.streaming.real_time_alerts:
        stop.wait()
        return
    news = Event()
    if house.known.redis_url:
        Thread(target=lambda: asyncio.run(_hear(house.known.redis_url, news, stop)), name="news", daemon=True).start()
    while not stop.is_set():
        news.clear()
        tell(house.database, now=house.now(), most=house.known.notifications.max_per_hour)
        _wait(news, stop)


def send(house: House, stop: Event) -> None:
    """Send letters while there are any."""
    sender = Sender(house.database, means(house), house.now)
    while not stop.is_set():
        if not sender.send_one():
            stop.wait(LOOK_EVERY)


def _wait(news: Event, stop: Event) -> None:
    """Wait for news, for the next look or for the end."""
    until = time.monotonic() + LOOK_EVERY
    while time.monotonic() < until and not stop.is_set():
        if news.wait(BREATH):
            return


async def _hear(url: str, news: Event, stop: Event) -> None:
    """Say that there is news whenever the bus does; a bus that goes away costs promptness only."""
    while not stop.is_set():
        try:
            async with bus_at(url) as bus:
                following = asyncio.create_task(_follow(await bus.subscribe((ScanUpdate, SignalChanged)), news))
                while not (stop.is_set() or following.done()):  # noqa: ASYNC110 - `stop` is another thread's
                    await asyncio.sleep(BREATH)
            await following  # a bus that is closed ends it
        except TapehawkError:
            await asyncio.sleep(LOOK_EVERY)


async def _follow(subscription: Subscription, news: Event) -> None:
    async for _ in subscription:
        news.set()
