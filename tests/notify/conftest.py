"""A database of either kind, a user with signals, and senders to far sides."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

import pytest

from tapehawk.records.database import Database
from tapehawk.records.tables import signals

NOW = dt.datetime(2026, 11, 20, 15, 30, tzinfo=dt.UTC)


@pytest.fixture
def one_database(sqlite) -> Database:
    """Return a database with the tables, on SQLite."""
    return sqlite


def a_user(database: Database, name: str = "ada") -> uuid.UUID:
    """Return the id of a new user."""
    with database.write() as records:
        return records.users.add(email=f"{name}@example.org", password_hash="", role="user", now=NOW).id


def a_rule(database: Database, user_id: uuid.UUID, *channels: str, cooldown: int = 0, **conditions: object) -> str:
    """Add a rule; return its id."""
    with database.write() as records:
        times = {"created_at": NOW, "updated_at": NOW}
        values = {"name": "a rule", "conditions": conditions, "channels": list(channels), "is_active": True}
        rules = records.of(user_id).notification_rules
        return str(rules.add(**values, cooldown_minutes=cooldown, **times)["id"])


def a_channel(database: Database, user_id: uuid.UUID, kind: str, address: dict[str, str]) -> None:
    """Set up a channel."""
    with database.write() as records:
        records.of(user_id).channels.put(kind, address=address, is_active=True, now=NOW)


def signal_row(user_id: uuid.UUID, number: int, at: dt.datetime, **values: object) -> dict[str, object]:
    """Return a signal that can be told from others by its number."""
    symbol = values.get("symbol", f"S{number:05}")
    history = [{"status": "active", "at": at.isoformat()}]
    return {
        "id": uuid.uuid4(), "user_id": user_id, "symbol": symbol, "scanner": "breakout", "timeframe": "1m",
        "series": "us", "pattern": "resistance break", "direction": "BUY", "phase": "regular", "bar_time": at,
        "available_at": at, "data_version": "1", "setup_key": f"breakout|{symbol}|{number}", "entry_price": 10.5,
        "stop_loss": 10.0, "target1": 11.5, "target2": None, "score": None, "rvol": None,
        "confidence": 50.0, "confluence_factors": [], "labels": [],
        "origin": "live", "status": "active", "history": history, "written_at": at, "created_at": at, "updated_at": at,
    } | values  # fmt: skip


def write_signals(database: Database, *rows: dict[str, object]) -> None:
    """Write signals as the scanner does."""
    with database.engine.begin() as connection:
        connection.execute(signals.insert(), list(rows))


def change_signal(database: Database, number: int, status: str, at: dt.datetime) -> None:
    """Take a signal to another status as the scanner does."""
    with database.engine.begin() as connection:
        found = signals.c.setup_key.endswith(f"|{number}")
        history = connection.execute(signals.select().where(found)).mappings().one()["history"]
        history = [*history, {"status": status, "at": at.isoformat()}]
        changed = {"status": status, "updated_at": at, "written_at": at, "history": history}
        connection.execute(signals.update().where(found).values(changed))


@pytest.fixture
def told(database) -> Callable[[uuid.UUID], list[dict[str, object]]]:
    """Return what lists a user's notifications, the oldest first."""
    return lambda user_id: notifications_of(database, user_id)


def notifications_of(database: Database, user_id: uuid.UUID) -> list[dict[str, object]]:
    """Return a user's notifications, the oldest first."""
    with database.read() as records:
        return records.of(user_id).notifications.since(NOW - dt.timedelta(days=365))
