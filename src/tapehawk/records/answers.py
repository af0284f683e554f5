"""What was answered to a user's idempotency keys."""

from __future__ import annotations

import datetime as dt
from typing import Final

import sqlalchemy as sa

from tapehawk.core.errors import Conflict
from tapehawk.records.adding import add_new
from tapehawk.records.owned import OwnedRows, Row
from tapehawk.records.tables import answers

GIVEN_UP: Final = dt.timedelta(minutes=10)
"""How long a request may be in work. After that it was killed: what is not done then may be begun anew."""


class Answers(OwnedRows):
    """The answers that a user got to their keys. `since`: when a request took its key, which tells it from others."""

    table = answers
    noun = "answer to the key"

    def claim(self, key: str, request_hash: str, *, now: dt.datetime) -> Row | None:
        """Take a key for a request, None returned; or return what is there of it: an answer, or work on one."""
        killed = answers.delete().where(
            self._is_mine, self._key == key, self._is_undone, answers.c.created_at < now - GIVEN_UP
        )
        self._connection.execute(killed)
        row = {"user_id": self._user_id, "key": key, "request_hash": request_hash, "created_at": now}
        if add_new(self._connection, answers, [row], "key"):
            return None
        return self.get(key)

    def mark(self, key: str, *, since: dt.datetime) -> None:
        """Say that what a key was taken for is done, in the transaction that does it.

        Raises Conflict where the request was given up and the key is not its own any more: another may do it.
        """
        marked = answers.update().where(self._is_claimed(key, since)).values(done=True)
        if not self._connection.execute(marked).rowcount:
            raise Conflict("this request was given up, and its Idempotency-Key set free", hint="send it again")

    def give(self, key: str, *, status: int, body: bytes, content_type: str) -> None:
        """Keep the answer to a key."""
        self.change(key, status=status, body=body, content_type=content_type)

    def free(self, key: str, *, since: dt.datetime) -> None:
        """Set a key free, unless what it was taken for is done: that is not to be done again."""
        self._connection.execute(answers.delete().where(self._is_claimed(key, since), self._is_undone))

    @property
    def _key(self) -> sa.Column[str]:
        return answers.c.key

    @property
    def _is_undone(self) -> sa.ColumnElement[bool]:
        return sa.and_(answers.c.status.is_(None), ~answers.c.done)

    def _is_claimed(self, key: str, since: dt.datetime) -> sa.ColumnElement[bool]:
        return sa.and_(self._is_mine, self._key == key, answers.c.created_at == since)


def is_lost(row: Row, *, now: dt.datetime) -> bool:
    """Say whether there will never be an answer to a key, though what it was taken for is done."""
    return bool(row["done"]) and row["status"] is None and row["created_at"] < now - GIVEN_UP
