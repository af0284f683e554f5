"""The workers of the notification service: one listens to what becomes of signals, others send what that leads to."""

from __future__ import annotations

import time
from threading import Event
from typing import Final

from tapehawk.app.house import House
from tapehawk.core.events import UserNotification, UserSignal
from tapehawk.notify.door import MailServer, Means
from tapehawk.notify.line import Line
from tapehawk.notify.sending import Sender
from tapehawk.notify.telling import tell

LOOK_EVERY: Final = 1.0
"""Seconds between two looks at the tables."""
LOOK_SELDOM: Final = 5.0
"""The same where the bus would have said that there is something."""
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
    with house.waker.waiting(UserSignal) as news:
        while not stop.is_set():
            news.clear()
            most = house.known.notifications.max_per_hour
            tell(house.database, now=house.now(), most=most, say=house.broadcast.say)
            _wait(news, stop, LOOK_SELDOM if house.waker.is_told else LOOK_EVERY)


def send(house: House, stop: Event) -> None:
    """Send letters while there are any; they fall due by the clock, or with the notification they carry."""
    count = house.telemetry.carried
    sender = Sender(house.database, means(house), house.now, say=house.broadcast.say, count=count)
    with house.waker.waiting(UserNotification) as news:
        while not stop.is_set():
            news.clear()
            if not sender.send_one():
                _wait(news, stop, LOOK_EVERY)


def _wait(news: Event, stop: Event, seconds: float) -> None:
    """Wait for news, for the next look or for the end."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and not stop.is_set():
        if news.wait(BREATH):
            return
