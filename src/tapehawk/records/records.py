"""What is on record, as one transaction sees it.

What belongs to a user is reached through `of(user_id)` and no other way: its repositories put the owner into every
statement (`owned.py`), so that nobody can be shown what is another's by a forgotten condition.
"""

from __future__ import annotations

import uuid
from functools import cached_property

import sqlalchemy as sa

from tapehawk.records.analytics import Analytics
from tapehawk.records.answers import Answers
from tapehawk.records.portfolios import Portfolios
from tapehawk.records.retention import Old
from tapehawk.records.sign_ins import SignIns
from tapehawk.records.signals import EverySignal, Signals
from tapehawk.records.users import Users
from tapehawk.records.watchlists import Watchlist


class Records:
    """What belongs to nobody, or to all; and the way to what belongs to a user."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    @cached_property
    def users(self) -> Users:
        """Who may ask."""
        return Users(self._connection)

    @cached_property
    def sign_ins(self) -> SignIns:
        """Their sign-ins."""
        return SignIns(self._connection)

    @cached_property
    def signals(self) -> EverySignal:
        """Everybody's signals as they go on."""
        return EverySignal(self._connection)

    @cached_property
    def old(self) -> Old:
        """What is over, to be removed."""
        return Old(self._connection)

    def of(self, user_id: uuid.UUID) -> Owned:
        """Return what belongs to a user."""
        return Owned(self._connection, user_id)


class Owned:
    """What belongs to one user."""

    def __init__(self, connection: sa.Connection, user_id: uuid.UUID) -> None:
        self._connection, self.user_id = connection, user_id

    @cached_property
    def signals(self) -> Signals:
        """Their signals."""
        return Signals(self._connection, self.user_id)

    @cached_property
    def watchlist(self) -> Watchlist:
        """The symbols they watch."""
        return Watchlist(self._connection, self.user_id)

    @cached_property
    def portfolios(self) -> Portfolios:
        """Their portfolios."""
        return Portfolios(self._connection, self.user_id)

    @cached_property
    def analytics(self) -> Analytics:
        """What their signals came to, day by day."""
        return Analytics(self._connection, self.user_id)

    @cached_property
    def answers(self) -> Answers:
        """What they were answered to idempotency keys."""
        return Answers(self._connection, self.user_id)
