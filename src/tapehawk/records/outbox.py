"""What is on its way to users: letters, each sent by one sender at a time, until there is a receipt.

    waiting ──claim──► sending ──sent──► sent
       ▲                  │ ├──again──► waiting, due later
       └──lease is over───┘ └──fail──► failed

A channel in trouble is left alone: what else waits for it, and what is written meanwhile, is held back with the letter
that failed, for a while at most, so that one letter that never arrives does not keep others from it.

Who claims a letter counts its attempt up, and whoever writes says the attempt: a sender whose lease was over changes
nothing any more.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa

from tapehawk.records.owned import OwnedRows, Row
from tapehawk.records.tables import outbox

WAITING, SENDING, SENT, FAILED = STATES = "waiting", "sending", "sent", "failed"
TRY_OUT: Final = "test:"
"""How the keys of letters begin that were sent only to see whether they arrive."""
HELD: Final = dt.timedelta(minutes=5)
"""How long a letter that failed holds back others at most."""
_OF = outbox.c


class Letters(OwnedRows):
    """A user's letters."""

    table = outbox
    noun = "letter"

    def put(self, channel: str, key: str, ids: Sequence[str], *, due_at: dt.datetime, now: dt.datetime) -> None:
        """Have notifications sent; those that are due under the same key go out in one letter.

        A letter that went out already is not written again.
        """
        due_at = max(due_at, self._held_until(channel, now))
        there = self._connection.execute(self._mine(_OF.channel == channel, _OF.dedup_key == key)).mappings().first()
        if there is None:
            self._add(channel, key, list(ids), due_at=due_at, now=now)
        elif there["state"] == WAITING:
            together = list(dict.fromkeys([*there["notification_ids"], *ids]))
            self.change(there["id"], notification_ids=together)

    def try_out(self, channel: str, *, now: dt.datetime, lease: dt.timedelta) -> Row:
        """Return a letter that its writer sends at once, to see whether it arrives."""
        key = f"{TRY_OUT}{uuid.uuid4()}"
        leased = {"state": SENDING, "attempt": 1, "lease_until": now + lease}
        return self._add(channel, key, [], due_at=now, now=now, **leased)

    def tried_out_since(self, since: dt.datetime) -> list[dt.datetime]:
        """Return when letters were sent to see whether they arrive, after an instant, the oldest first."""
        wanted = sa.select(_OF.created_at).where(self._is_mine, _OF.created_at > since)
        found = wanted.where(_OF.dedup_key.startswith(TRY_OUT)).order_by(_OF.created_at)
        return list(self._connection.execute(found).scalars())

    def last_of(self, channel: str) -> Row | None:
        """Return the last letter to a channel that came to an end or was tried."""
        wanted = self._mine(_OF.channel == channel, _OF.attempt > 0).order_by(_OF.created_at.desc(), _OF.id).limit(1)
        row = self._connection.execute(wanted).mappings().first()
        return None if row is None else dict(row)

    def _held_until(self, channel: str, now: dt.datetime) -> dt.datetime:
        """Return until when a channel is left alone; `now` for one that is well."""
        failed = sa.and_(_OF.channel == channel, _OF.state == WAITING, _OF.attempt > 0)
        until = self._connection.execute(sa.select(sa.func.max(_OF.due_at)).where(self._is_mine, failed)).scalar()
        return now if until is None else min(until, now + HELD)

    def _add(
        self, channel: str, key: str, ids: list[str], *, due_at: dt.datetime, now: dt.datetime, **values: object
    ) -> Row:
        told = {"notification_ids": ids, "dedup_key": key, "state": WAITING, "attempt": 0, **values}
        return self.add(channel=channel, due_at=due_at, created_at=now, **told)


class Outbox:
    """Everybody's letters, for those who send them."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def has_due(self, now: dt.datetime) -> bool:
        """Say whether there may be something to claim."""
        return self._connection.execute(sa.select(_OF.id).where(_is_due(now)).limit(1)).first() is not None

    def claim(self, *, now: dt.datetime, lease: dt.timedelta) -> Row | None:
        """Take a letter that is due or was given up; None where there is none.

        Letters of one user to one channel go out one after another, so that a slow one holds back no other's.
        """
        busy = outbox.alias()
        is_busy = sa.exists().where(
            busy.c.user_id == _OF.user_id, busy.c.channel == _OF.channel, busy.c.id != _OF.id,
            busy.c.state == SENDING, busy.c.lease_until > now,
        )  # fmt: skip
        wanted = sa.select(_OF.id).where(_is_due(now), ~is_busy)
        wanted = wanted.order_by(_OF.due_at, _OF.created_at, _OF.id).limit(1).with_for_update(skip_locked=True)
        taken = {"state": SENDING, "attempt": _OF.attempt + 1, "lease_until": now + lease}
        made = outbox.update().where(_OF.id == wanted.scalar_subquery()).values(**taken).returning(*_OF)
        row = self._connection.execute(made).mappings().one_or_none()
        return None if row is None else dict(row)

    def sent(self, row: Row, receipt: str, now: dt.datetime) -> bool:
        """Keep the receipt of a letter; False for a sender that was given up."""
        return self._end(row, state=SENT, sent_at=now, receipt=receipt, error=None)

    def fail(self, row: Row, error: str) -> bool:
        """Give a letter up; False for a sender that was given up."""
        return self._end(row, state=FAILED, error=error)

    def attempts(self, row: Row) -> int:
        """Return how often a letter was tried, or another one that waits for the same channel if that is oftener."""
        others = sa.select(sa.func.max(_OF.attempt)).where(_of_channel(row), _OF.state.in_((WAITING, SENDING)))
        most: int = self._connection.execute(others).scalar() or 0
        return max(int(row["attempt"]), most)

    def again(self, row: Row, *, due_at: dt.datetime, held_until: dt.datetime, error: str | None) -> None:
        """Let a letter wait until an instant, and what else waits for its channel until another."""
        if self._end(row, state=WAITING, due_at=due_at, error=error):
            others = sa.and_(_of_channel(row), _OF.state == WAITING, _OF.due_at < held_until)
            self._connection.execute(outbox.update().where(others).values(due_at=held_until))

    def counts(self) -> dict[str, int]:
        """Count the letters by state."""
        wanted = sa.select(_OF.state, sa.func.count()).group_by(_OF.state)
        return {row.state: row[1] for row in self._connection.execute(wanted)}

    def first_due(self) -> dt.datetime | None:
        """Return when the letter is, or was, due that waits for a sender and is due first."""
        return self._connection.execute(sa.select(sa.func.min(_OF.due_at)).where(_OF.state == WAITING)).scalar()

    def _end(self, row: Row, **values: object) -> bool:
        mine = sa.and_(_OF.id == row["id"], _OF.state == SENDING, _OF.attempt == row["attempt"])
        return self._connection.execute(outbox.update().where(mine).values(lease_until=None, **values)).rowcount == 1


def _of_channel(row: Row) -> sa.ColumnElement[bool]:
    return sa.and_(_OF.user_id == row["user_id"], _OF.channel == row["channel"])


def _is_due(now: dt.datetime) -> sa.ColumnElement[bool]:
    due = sa.and_(_OF.state == WAITING, _OF.due_at <= now)
    given_up = sa.and_(_OF.state == SENDING, _OF.lease_until <= now, ~_OF.dedup_key.startswith(TRY_OUT))
    return sa.or_(due, given_up)
