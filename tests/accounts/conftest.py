"""Accounts over both databases, with a clock that is set and passwords that cost nothing."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
from pwdlib.hashers.argon2 import Argon2Hasher

from tapehawk.accounts.changing import Changing
from tapehawk.accounts.joining import Joining, Newcomer
from tapehawk.accounts.passwords import Passwords
from tapehawk.accounts.signing_in import SigningIn
from tapehawk.accounts.throttle import Throttle
from tapehawk.accounts.tokens import Tokens
from tapehawk.accounts.visitor import Visitor
from tapehawk.accounts.who import Who
from tapehawk.records.database import Database

KEY = "k" * 32
HERE = Visitor("192.0.2.7", "a browser")


class Clock:
    """The time, which stands still until it is moved."""

    def __init__(self) -> None:
        self.time = dt.datetime(2026, 3, 2, 15, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.time

    def move(self, **by: float) -> None:
        self.time += dt.timedelta(**by)


def quick() -> Passwords:
    return Passwords(Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def accounts(database, clock) -> SimpleNamespace:
    """Return the parts, joined: who, signing_in, joining, changing, and `ada`, a user with a password."""
    tokens, passwords, throttle = Tokens((KEY,), clock), quick(), Throttle()
    signing_in = SigningIn(database, tokens, passwords, throttle, clock)
    made = SimpleNamespace(
        database=database,
        tokens=tokens,
        throttle=throttle,
        who=Who(database, tokens, clock),
        signing_in=signing_in,
        joining=Joining(database, signing_in, "open", clock),
        changing=Changing(database, passwords, throttle, clock),
    )
    made.ada = made.joining.add(Newcomer("ada@example.org", "correct horse"), "user")
    return made


def events(database: Database) -> list[str]:
    """Return what the audit log says, the earliest first."""
    with database.read() as records:
        return [row["event"] for row in records.audit.page(limit=1000).items][::-1]
