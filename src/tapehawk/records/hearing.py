"""What has changed in the tables since somebody last looked, so that nothing is missed and nothing is told twice.

A row may become visible after a later one did: transactions end in any order, clocks differ. So whoever looks goes back
a while behind what was seen last, and keeps the keys of what was dealt with in that while.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import sqlalchemy as sa

from tapehawk.records.owned import Row
from tapehawk.records.tables import heard, signals, users

BACK: Final = dt.timedelta(minutes=1)
"""How far behind the last row seen another may still appear."""
_PAGE: Final = 2000
_OF = signals.c


@dataclass(frozen=True)
class Heard:
    """How far somebody has come: `through` the last row seen. `dealt`: keys, with when their rows were written."""

    through: dt.datetime
    dealt: Mapping[str, float] = field(default_factory=dict)

    @property
    def since(self) -> dt.datetime:
        """From where to look again."""
        return self.through - BACK

    def and_now(self, dealt: Mapping[str, float]) -> Heard:
        """Return how far it is with more dealt with, without what is too old to be met again."""
        newest = max([self.through.timestamp(), *dealt.values()])
        kept = {key: at for key, at in {**self.dealt, **dealt}.items() if at >= newest - BACK.total_seconds()}
        return Heard(dt.datetime.fromtimestamp(newest, dt.UTC), kept)


class Hearing:
    """Everybody's news. Who listens under a name does so alone: `begin` waits until the one before is done."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def found(self, name: str) -> Heard | None:
        """Return how far a listener has come, None for a new one."""
        row = self._connection.execute(sa.select(heard).where(heard.c.name == name)).mappings().one_or_none()
        return None if row is None else Heard(row["through"], row["dealt"])

    def begin(self, name: str, now: dt.datetime) -> Heard:
        """Return how far a listener has come, and hold others of its name until the transaction ends.

        A new one begins now: what was before is no news.
        """
        held = heard.update().where(heard.c.name == name).values(name=name)
        if not self._connection.execute(held).rowcount:
            self._connection.execute(heard.insert().values(name=name, through=now, dealt={}))
        known = self.found(name)
        assert known is not None  # noqa: S101 - it was just written
        return known

    def end(self, name: str, known: Heard) -> None:
        """Keep how far a listener has come."""
        reached = heard.update().where(heard.c.name == name)
        self._connection.execute(reached.values(through=known.through, dealt=dict(known.dealt)))

    def signals(self, since: dt.datetime) -> Iterator[Row]:
        """Yield the signals of active users that were written or changed at or after an instant, in that order."""
        after = _OF.updated_at >= since
        order = (_OF.updated_at, _OF.id)
        while True:
            wanted = sa.select(signals).join(users, users.c.id == _OF.user_id).where(users.c.is_active, after)
            rows = self._connection.execute(wanted.order_by(*order).limit(_PAGE)).mappings().all()
            yield from (dict(row) for row in rows)
            if len(rows) < _PAGE:
                return
            last = rows[-1]
            at, id = sa.literal(last["updated_at"], _OF.updated_at.type), sa.literal(last["id"], _OF.id.type)
            after = sa.tuple_(*order) > sa.tuple_(at, id)
