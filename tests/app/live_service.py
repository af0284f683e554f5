"""A house whose live desk scans a calm simulated market by a clock that the test moves."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

from tapehawk.app.house import House
from tapehawk.app.live_asked import LiveAsked
from tapehawk.app.live_control import start
from tapehawk.app.live_desk import LiveDesk
from tapehawk.app.settings import settings
from tapehawk.core.signal_record import Signal
from tapehawk.data.providers.sim import feed
from tapehawk.data.signal_log import SignalLog
from tapehawk.records.users import User
from tests.fakes.clock import BoundedClock
from tests.records.tables import with_tables
from tests.scan.live_market import HOURS

MINUTE = 60_000_000
PATIENCE = 120.0  # seconds; nothing is asserted about how long things take
MARKET = {
    "SCANNER__PROVIDERS__FETCH_US": "sim",
    "SCANNER__PROVIDERS__SIM__SYMBOLS": "6",
    "SCANNER__VOLUME_SPIKE__MIN_DOLLAR_VOLUME": "0",
}


def calm(monkeypatch) -> None:
    """Let no bar be late or wrong and no line drop: what signals come to depends on no haste of ours."""
    for mishap in ("LATE", "CORRECTED", "OUTAGE"):
        monkeypatch.setattr(feed, mishap, 0.0)
    for name, value in MARKET.items():
        monkeypatch.setenv(name, value)


class LiveService:
    """A house, and its desk while `scanning`."""

    def __init__(self, begins: int = HOURS.open + MINUTE) -> None:
        self.clock = BoundedClock(begins, begins)
        self.house = House(settings(), now=self.now)
        with_tables(self.house.database)
        self.heard: list[Any] = []
        self.house.broadcast.say = lambda *events: self.heard.extend(events)

    def now(self) -> dt.datetime:
        return dt.datetime.fromtimestamp(self.clock.clock.now() / 1e6, dt.UTC)

    def user(self, name: str, **preferences: Any) -> User:
        with self.house.database.write() as records:
            email = f"{name}@example.org"
            found = records.users.by_email(email)
            made = found or records.users.add(email=email, password_hash="", role="user", now=self.now())
            return records.users.change(made.id, now=self.now(), preferences=preferences) if preferences else made

    def start(self, user: User, **asked: Any) -> None:
        start(self.house, user, LiveAsked(**asked))

    @contextmanager
    def scanning(self, *, look_every: float = 0.05):
        """Hold the desk meanwhile."""
        stop, failed = threading.Event(), list[BaseException]()
        desk = LiveDesk(self.house, self.clock.clock, look_every=look_every)

        def run() -> None:
            try:
                asyncio.run(desk.run(stop))
            except BaseException as error:
                failed.append(error)
                raise

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        try:
            yield desk
        finally:
            stop.set()
            thread.join(PATIENCE)
            assert not failed
            assert not thread.is_alive()

    def go_on(self, desk: LiveDesk, instant: int) -> None:
        """Let time pass to an instant, and wait until everything up to there is scanned and brought to users."""
        self.clock.until = instant + 45_000_000  # what closed then is waited for no longer than the settings say

        def is_there() -> bool:
            markets = list(desk.markets.values())
            scans = [one for market in markets for one in list(market.scans.values())]
            done = scans and all(one.beat and one.beat.at >= instant for one in scans)
            return bool(done)

        until(is_there, lambda: json.dumps(desk.told(), default=str)[:2000])
        until(lambda: self.is_brought(desk), lambda: desk.giving.trouble)

    def is_brought(self, desk: LiveDesk) -> bool:
        """Say whether every log is brought to its end."""
        return all(
            log.path.stat().st_size == desk.giving._brought.get(name)
            for name, log in list(desk.giving._logs.items())
            if log.path.exists()
        ) and bool(desk.giving._logs)

    def signals(self, user: User) -> dict[str, dict[str, Any]]:
        """Return a user's signals by setup."""
        with self.house.database.read() as records:
            return {row["setup_key"]: row for row in records.of(user.id).signals.page(limit=1000).items}

    def log(self) -> dict[str, Signal]:
        """Return the signals that everybody shares."""
        return dict(SignalLog(self.house.known.store, "simulated").known())

    def events(self, kind: type, user_id: uuid.UUID | None = None) -> list[Any]:
        """Return what was said of a kind."""
        return [one for one in self.heard if isinstance(one, kind) and user_id in (None, uuid.UUID(one.user_id))]


def until(holds: Callable[[], Any], why: Callable[[], Any] = lambda: "it never holds") -> None:
    """Wait until something holds."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, why()
        time.sleep(0.01)
