"""What has become of everybody's signals since somebody last looked: nothing is missed, nothing is seen twice.

How many steps of a signal's history were dealt with is on record. So it does not matter when a row became visible, by
whose clock, or how late it tells of something; `through` only keeps the look short.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping
from typing import Final

import sqlalchemy as sa

from tapehawk.records.owned import Row
from tapehawk.records.tables import heard, signals, told, users

BACK: Final = dt.timedelta(minutes=10)
"""How far behind the last row seen another may still become visible: by a long transaction, or a clock that is late."""
STEPS: Final = "told_steps"
"""The name under which a row says how many steps of its history were dealt with."""
_PAGE: Final = 2000
_OF = signals.c


class Hearing:
    """Everybody's news. Who listens under a name does so alone: `begin` waits until the one before is done."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def through(self, name: str) -> dt.datetime | None:
        """Return when the last row was written that a listener has seen, None for a new one."""
        wanted = sa.select(heard.c.through).where(heard.c.name == name)
        return self._connection.execute(wanted).scalar_one_or_none()

    def begin(self, name: str, now: dt.datetime) -> dt.datetime:
        """Return it, and hold others of that name until the transaction ends. A new one begins now."""
        held = heard.update().where(heard.c.name == name).values(name=name)
        if not self._connection.execute(held).rowcount:
            self._connection.execute(heard.insert().values(name=name, through=now))
        return self.through(name) or now

    def end(self, name: str, through: dt.datetime, steps: Mapping[uuid.UUID, tuple[int, int]]) -> None:
        """Keep how far a listener has come. `steps`: by signal how many were dealt with before, and are now."""
        self._connection.execute(heard.update().where(heard.c.name == name).values(through=through))
        new = [{"signal_id": id, "steps": now} for id, (before, now) in steps.items() if not before]
        more = [{"of": id, "now": now} for id, (before, now) in steps.items() if before]
        if new:
            self._connection.execute(told.insert(), new)
        if more:
            changed = told.update().where(told.c.signal_id == sa.bindparam("of")).values(steps=sa.bindparam("now"))
            self._connection.execute(changed, more)

    def signals(self, through: dt.datetime) -> Iterator[Row]:
        """Yield the signals of active users with steps that were not dealt with, each with `STEPS`."""
        steps = sa.func.coalesce(told.c.steps, 0)
        wanted = sa.select(signals, steps.label(STEPS)).join(users, users.c.id == _OF.user_id)
        wanted = wanted.outerjoin(told, told.c.signal_id == _OF.id).where(users.c.is_active, steps < self._length())
        order, after = (_OF.written_at, _OF.id), _OF.written_at >= through - BACK
        while True:
            rows = self._connection.execute(wanted.where(after).order_by(*order).limit(_PAGE)).mappings().all()
            yield from (dict(row) for row in rows)
            if len(rows) < _PAGE:
                return
            last = rows[-1]
            at, id = sa.literal(last["written_at"], _OF.written_at.type), sa.literal(last["id"], _OF.id.type)
            after = sa.tuple_(*order) > sa.tuple_(at, id)

    def _length(self) -> sa.ColumnElement[int]:
        """Return the number of steps of a signal's history."""
        is_postgresql = self._connection.dialect.name == "postgresql"
        count = sa.func.jsonb_array_length if is_postgresql else sa.func.json_array_length
        return count(_OF.history, type_=sa.Integer())
