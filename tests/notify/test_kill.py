"""Kill -9 of the notification service at random points: every signal is told, none twice but as the same delivery."""

from __future__ import annotations

import datetime as dt
import os
import random
import subprocess
import sys
import threading
from collections import Counter

from tests.fakes.receivers import http_receiver
from tests.notify.conftest import a_channel, a_rule, a_user, signal_row, write_signals

KILLS = 6
SIGNALS = 45
SERVICE = """
import datetime as dt, sys, threading
from tapehawk.app import notifying
from tapehawk.app.house import House
from tapehawk.app.settings import settings
ahead, never = dt.timedelta(minutes=2 * int(sys.argv[1])), threading.Event()
house = House(settings(), ("notifications",), now=lambda: dt.datetime.now(dt.UTC) + ahead)
notifying.LOOK_EVERY = 0.05
for work in (notifying.listen, notifying.send, notifying.send):
    threading.Thread(target=work, args=(house, never), daemon=True).start()
print("up", flush=True)
never.wait()
"""


class Services:
    """Processes of the service, one after another: each is killed at a request of a number drawn by lot."""

    def __init__(self, url: str, seed: int) -> None:
        self._url, self._lots, self.started = url, random.Random(seed), 0
        self._process: subprocess.Popen[str] | None = None
        self._all: list[subprocess.Popen[str]] = []
        self._left = 0
        self._lock = threading.Lock()

    def start(self) -> None:
        """Start one whose clock is so far ahead that the leases of the one before are over."""
        allowed = {"SCANNER__NOTIFICATIONS__ALLOW_PRIVATE": "true", "SCANNER__NOTIFICATIONS__MAX_PER_HOUR": "1000"}
        environment = {**os.environ, "DATABASE_URL": self._url, **allowed}
        self.started += 1
        self._left = self._lots.randint(1, 6) if self.started <= KILLS else 10**9
        command = [sys.executable, "-c", SERVICE, str(self.started)]
        self._process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        self._all.append(self._process)
        self._process.stdout.readline()

    def at_request(self, _taken: object) -> None:
        """Kill it before its request is taken, or about when it is answered.

        Raises ConnectionAbortedError for a request that is not taken.
        """
        with self._lock:
            self._left -= 1
            if self._left == 0:
                after = self._lots.choice([None, None, 0, 0.001, 0.005, 0.02])
                if after is None:
                    self._process.kill()
                    raise ConnectionAbortedError
                threading.Timer(after, self._process.kill).start()

    def wait(self, seconds: float) -> bool:
        """Wait until it is dead; False where it lives."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def end(self) -> None:
        for process in self._all:
            process.kill()
            process.wait(20)
            process.stdout.close()


class Tape:
    """Writes signals: a few first, another at each request, the rest when nothing is killed any more."""

    def __init__(self, database, user_id) -> None:
        self._database, self._user_id, self._written, self._lock = database, user_id, 0, threading.Lock()
        self.told, self.everything = set[str](), threading.Event()

    def write(self, count: int) -> None:
        with self._lock:
            numbers = range(self._written, min(self._written + count, SIGNALS))
            self._written = numbers.stop
            now = dt.datetime.now(dt.UTC)
            if numbers:
                write_signals(self._database, *(signal_row(self._user_id, number, now) for number in numbers))

    def heard(self, taken) -> None:
        self.told.update(one["data"]["setup_key"] for one in taken.json["notifications"])
        if len(self.told) == SIGNALS:
            self.everything.set()
        self.write(1)


def test_kill_9_loses_nothing_and_repeats_nothing_but_the_same_delivery(database):
    url = database.engine.url.render_as_string(hide_password=False).replace("postgresql+psycopg", "postgresql")
    services, ada = Services(url, seed=20), a_user(database)
    tape = Tape(database, ada)
    with http_receiver(on_request=lambda taken: (services.at_request(taken), tape.heard(taken))) as receiver:
        for number in range(4):  # four rules make no four messages
            a_rule(database, ada, "webhook", phases=["regular"], min_confidence=number)
        a_channel(database, ada, "webhook", {"url": receiver.url, "secret": "0123456789abcdef"})
        with database.write() as records:
            records.hearing.begin("signals", dt.datetime.now(dt.UTC))
        tape.write(3)
        try:
            for _ in range(KILLS):
                services.start()
                assert services.wait(60), "the service sends nothing"
            tape.write(SIGNALS)
            services.start()
            assert tape.everything.wait(60), f"told of {len(tape.told)} of {SIGNALS}"
        finally:
            services.end()
    deliveries = Counter(taken.headers["tapehawk-delivery"] for taken in receiver.seen)
    of = {taken.headers["tapehawk-delivery"]: taken for taken in receiver.seen}
    tellings = Counter(one["data"]["setup_key"] for taken in of.values() for one in taken.json["notifications"])
    assert set(tellings) == tape.told
    assert set(tellings.values()) == {1}, "one signal in two deliveries"
    assert sum(deliveries.values()) - len(deliveries) <= KILLS  # the one that was in flight when its sender died
    assert services.started == KILLS + 1
