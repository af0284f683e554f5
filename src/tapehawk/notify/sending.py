"""Sending what is in the outbox: claim a letter, carry it, keep its receipt.

A letter is sent again when there is no receipt: after a failure that passes, and when its sender died. So between the
far side's yes and our writing it down (one statement) a crash repeats it. It carries the same id then: receivers of
webhooks and mail programs can tell; Slack, Telegram, ntfy and Pushover have no such thing.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tapehawk.core.errors import NoData, TapehawkError, TooMany, TryAgain
from tapehawk.core.events import UserNotification
from tapehawk.notify.announcing import Say, announced, silent
from tapehawk.notify.door import Means
from tapehawk.notify.preferences import Preferences
from tapehawk.notify.readers import preferences_of
from tapehawk.notify.registry import sent
from tapehawk.notify.wording import Letter, letter_of, plain
from tapehawk.records.database import Database
from tapehawk.records.outbox import HELD
from tapehawk.records.owned import Row
from tapehawk.records.records import Owned, Records

LEASE: Final = dt.timedelta(seconds=60)
"""How long a sender has for a letter; a notifier takes at most a few times 15 seconds."""
FIRST_WAIT, LONGEST_WAIT = dt.timedelta(seconds=30), dt.timedelta(hours=1)
ATTEMPTS: Final = 24
"""Attempts until a letter is given up: most of a day."""

RECEIPT_WAITS: Final = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Seconds between the tries to keep a receipt, all within the lease."""


@dataclass(frozen=True)
class Sender:
    """Sends letters, one at a time; several may, in any number of processes.

    `say`: announces what is in a list; `count`: hears of each attempt, through which channel, and what came of it.
    """

    database: Database
    means: Means
    now: Callable[[], dt.datetime]
    sleep: Callable[[float], None] = time.sleep
    say: Say = silent
    count: Callable[[str, str], None] = lambda _channel, _outcome: None

    def send_one(self) -> bool:
        """Send a letter that is due; False where there is none."""
        row = self._claimed()
        if row is None:
            return False
        try:
            with self.database.read() as records:
                letter, address, preferences = _written(records, row)
        except NoData as error:
            self._give_up(row, error.message)
            return True
        quiet_until = preferences.quiet_until(self.now())
        if quiet_until > self.now():
            with self.database.write() as records:
                records.outbox.again(row, due_at=quiet_until, held_until=quiet_until, error=None)
        else:
            self._carry(row, letter, address)
        return True

    def _claimed(self) -> Row | None:
        with self.database.read() as records:
            if not records.outbox.has_due(self.now()):
                return None
        with self.database.write() as records:
            return records.outbox.claim(now=self.now(), lease=LEASE)

    def _carry(self, row: Row, letter: Letter, address: Mapping[str, Any]) -> None:
        try:
            receipt = sent(row["channel"], address, letter, self.means)
        except TryAgain as error:
            self.count(row["channel"], "delayed")
            self._later(row, error)
        except TapehawkError as error:
            self.count(row["channel"], "refused")
            self._give_up(row, error.message)
        else:
            self.count(row["channel"], "delivered")
            self._keep(row, receipt)

    def _keep(self, row: Row, receipt: str) -> None:
        """Keep the receipt, however long the database is away: without it the letter would be sent again."""
        for wait in RECEIPT_WAITS:
            try:
                with self.database.write() as records:
                    records.outbox.sent(row, receipt, self.now())
            except TryAgain:
                self.sleep(wait)
            else:
                return

    def _later(self, row: Row, error: TryAgain) -> None:
        if row["attempt"] >= ATTEMPTS:
            self._give_up(row, error.message)
            return
        asked = dt.timedelta(seconds=error.wait) if isinstance(error, TooMany) else dt.timedelta()
        with self.database.write() as records:
            wait = max(asked, min(FIRST_WAIT * 2 ** (records.outbox.attempts(row) - 1), LONGEST_WAIT))
            times = {"due_at": self.now() + wait, "held_until": self.now() + max(asked, min(wait, HELD))}
            records.outbox.again(row, **times, error=error.message)

    def _give_up(self, row: Row, why: str) -> None:
        """Fail a letter, and say so in the user's list, once a day for each channel."""
        with self.database.write() as records:
            failed = records.outbox.fail(row, why)
            told = _failure_told(records.of(row["user_id"]), row["channel"], why, self.now()) if failed else []
        self.say(*told)


def _written(records: Records, row: Row) -> tuple[Letter, Mapping[str, Any], Preferences]:
    """Return a letter, where it goes and when its reader wants it. Raises NoData where it can't go any more."""
    if row["attempt"] > ATTEMPTS:
        raise NoData("its senders never came to an end")
    owned = records.of(row["user_id"])
    channel, notes = owned.channels.of_kind(row["channel"]), owned.notifications.of_ids(row["notification_ids"])
    if not (channel["is_active"] and records.users.get(row["user_id"]).is_active):
        raise NoData("the channel was switched off")
    if not notes:
        raise NoData("what it told was deleted")
    return letter_of(str(row["id"]), notes), channel["address"], preferences_of(owned)


def _failure_told(owned: Owned, channel: str, why: str, now: dt.datetime) -> list[UserNotification]:
    """Put a failure into the list unless it is there; return what is to be said of it."""
    key = f"channel:{channel}:{now:%Y-%m-%d}"
    if owned.notifications.by_key([key]):
        return []
    told = {"type": "channel", "title": f"{channel}: not delivered", "message": plain(why)}
    rows = owned.notifications.add_all([{**told, "data": {"channel": channel}, "dedup_key": key, "created_at": now}])
    return [announced(owned.user_id, row) for row in rows.values()]
