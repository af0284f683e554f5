"""Live scanners: what each user wants scanned as bars close, until they stop it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import sqlalchemy as sa

from tapehawk.records.adding import add_new
from tapehawk.records.owned import OwnedRows, Row
from tapehawk.records.tables import live_scanners, users, watchlists

RUNNING: Final = "running"
STOPPED: Final = "stopped"
_STARTING: Final = (
    7_283_402_917  # the lock of who starts one on PostgreSQL: how many there are is counted by one at a time
)


@dataclass(frozen=True)
class Running:
    """A live scanner that runs. `asked`: in plain values; `since`: of what was known from then on it tells."""

    user_id: uuid.UUID
    asked: Mapping[str, Any]
    preferences: Mapping[str, Any]
    since: dt.datetime


class LiveScanners:
    """Everybody's, for who scans for them."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def running(self) -> list[Running]:
        """Return those that run, of active users, by user."""
        of = live_scanners.c
        wanted = sa.select(of.user_id, of.asked, users.c.preferences, of.started_at).join(
            users, users.c.id == of.user_id
        )
        wanted = wanted.where(of.state == RUNNING, users.c.is_active).order_by(of.user_id)
        return [Running(*row) for row in self._connection.execute(wanted)]

    def watched(self) -> dict[uuid.UUID, frozenset[str]]:
        """Return the watchlists of those who run one."""
        wanted = sa.select(watchlists.c.user_id, watchlists.c.symbol)
        wanted = wanted.join(live_scanners, live_scanners.c.user_id == watchlists.c.user_id)
        found: dict[uuid.UUID, set[str]] = {}
        for user_id, symbol in self._connection.execute(
            wanted.where(live_scanners.c.state == RUNNING, watchlists.c.is_active)
        ):
            found.setdefault(user_id, set()).add(symbol)
        return {user_id: frozenset(symbols) for user_id, symbols in found.items()}

    def one_at_a_time(self) -> None:
        """Let others who start one wait until the transaction ends; on SQLite whoever writes is alone anyway."""
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.cast(_STARTING, sa.BigInteger))))


class OwnLiveScanner(OwnedRows):
    """A user's own; there is one at most."""

    table: ClassVar[sa.Table] = live_scanners
    noun: ClassVar[str] = "live scanner"
    newest_by: ClassVar[str] = "updated_at"

    def found(self) -> Row | None:
        """Return it, None where there never was one."""
        row = self._connection.execute(self._mine()).mappings().one_or_none()
        return None if row is None else dict(row)

    def start(self, asked: Mapping[str, Any], *, since: dt.datetime, now: dt.datetime) -> Row:
        """Let it run, asked for that, and tell of what is known from an instant on."""
        values = {"asked": asked, "state": RUNNING, "started_at": since, "updated_at": now}
        add_new(self._connection, live_scanners, [{"user_id": self._user_id, **values}], "user_id")
        return self.change(self._user_id, **values)

    def stop(self, *, now: dt.datetime) -> Row | None:
        """Stop it; None where there is none."""
        stopped = live_scanners.update().where(self._is_mine).values(state=STOPPED, updated_at=now)
        row = self._connection.execute(stopped.returning(*live_scanners.c)).mappings().one_or_none()
        return None if row is None else dict(row)
