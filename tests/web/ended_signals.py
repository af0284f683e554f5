"""Signals of a quarter that came to an end, for whoever looks at how theirs turned out: better scores did better."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from tapehawk.core.signal_record import Change, Signal
from tapehawk.records.database import Database, sqlite_url
from tests.records.conftest import NOW
from tests.records.test_signals import AT, EXPIRED, TRIGGERED, signal
from tests.simulated import LAST

DAYS = 80
KINDS = (("breakout", "resistance break"), ("gap", "gap up"), ("gap", "gap down"), ("volume_spike", "volume spike"))
PHASES = ("premarket", *["regular"] * 7)


def give(store: Path, email: str, seed: int = 7) -> None:
    """Let the user of an email have them."""
    database = Database(sqlite_url(store))
    try:
        with database.write() as records:
            user = records.users.by_email(email)
            assert user
            records.of(user.id).signals.keep(ended(random.Random(seed)))
    finally:
        database.close()


def ended(chance: random.Random) -> Iterator[Signal]:
    """Yield some a day: most of them ended, some expired or still open."""
    last = (LAST - NOW.date()).days
    for day in range(last - DAYS, last + 1):
        for place in range(chance.randrange(2, 9)):
            scanner, pattern = chance.choice(KINDS)
            score = chance.uniform(20, 95)
            row = {
                "pattern": pattern,
                "direction": "SELL" if pattern == "gap down" else "BUY",
                "phase": chance.choice(PHASES),
                "score": score,
                "confidence": min(99.0, max(5.0, score + chance.gauss(0, 8))),
            }
            changes = _life(chance, 0.25 + 0.4 * score / 100)
            yield replace(signal(day, *changes, symbol=f"S{place}", scanner=scanner, **row), origin="simulated")


def _life(chance: random.Random, success: float) -> tuple[Change, ...]:
    drawn = chance.random()
    if drawn < 0.1:
        return ()
    if drawn < 0.2:
        return (EXPIRED,)
    if chance.random() < success:
        return (TRIGGERED, Change("closed", AT, "success", "target1", 104.25, 5.0, 1.5, -0.25, 1.75, 3))
    if chance.random() < 0.15:
        late = Change("closed", AT, "timed_out", "time", 101.5, 5.0, chance.uniform(-0.5, 0.7), -0.5, 0.9, 10)
        return (TRIGGERED, late)
    return (TRIGGERED, Change("closed", AT, "failure", "stop", 99.0, 5.0, -1.0, -1.0, 0.5, 2))
