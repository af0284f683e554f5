"""What was answered to a user's idempotency keys."""

from __future__ import annotations

import datetime as dt
from typing import Final

import sqlalchemy as sa

from tapehawk.records.adding import add_new
from tapehawk.records.owned import OwnedRows, Row
from tapehawk.records.tables import answers

GIVEN_UP: Final = dt.timedelta(minutes=10)
"""How long a request may be in work before somebody else may begin it anew: it was killed."""


class Answers(OwnedRows):
    """The answers that a user got to their keys."""

    table = answers
    noun = "answer to the key"

    def claim(self, key: str, request_hash: str, *, now: dt.datetime) -> Row | None:
        """Take a key for a request, None returned; or return what is there of it: an answer, or work on one."""
        lost = answers.delete().where(
            self._is_mine, self._key == key, answers.c.status.is_(None), answers.c.created_at < now - GIVEN_UP
        )
        self._connection.execute(lost)
        row = {"user_id": self._user_id, "key": key, "request_hash": request_hash, "created_at": now}
        if add_new(self._connection, answers, [row], "key"):
            return None
        return self.get(key)

    def give(self, key: str, *, status: int, body: bytes, content_type: str) -> None:
        """Keep the answer to a key."""
        self.change(key, status=status, body=body, content_type=content_type)

    @property
    def _key(self) -> sa.Column[str]:
        return answers.c.key
