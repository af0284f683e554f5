"""Saying what is in a user's list, to whoever listens for them: once the transaction that put it there has ended.

Who misses it finds it in the list.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import TypeAlias

from tapehawk.core.events import UserNotification
from tapehawk.records.notifications import shown
from tapehawk.records.owned import Row
from tapehawk.records.plain import plain

Say: TypeAlias = Callable[..., None]


def silent(*_events: UserNotification) -> None:
    """Say nothing."""


def announced(user_id: uuid.UUID, row: Row) -> UserNotification:
    """Return what is said of a notification."""
    return UserNotification(str(user_id), plain(shown(row)))
