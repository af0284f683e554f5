"""From the table of signals to notifications and letters, in one transaction: told whole, or not at all.

The bus says that there is something; what there is stands in the table. So it does not matter what the bus lost, nor
how long nobody listened: whoever listens again goes on where the last one was. Listeners of several processes take
turns.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final

from tapehawk.core.events import UserNotification
from tapehawk.notify.announcing import Say, announced, silent
from tapehawk.notify.news import News, news_of
from tapehawk.notify.readers import reader_of, rules_of
from tapehawk.notify.routing import Note, Plan, route
from tapehawk.notify.wording import MORE, more_than
from tapehawk.records.database import Database
from tapehawk.records.hearing import STEPS
from tapehawk.records.owned import Row
from tapehawk.records.records import Owned

LISTENER: Final = "signals"
_Mine = defaultdict[uuid.UUID, list[News]]


def tell(database: Database, *, now: dt.datetime, most: int, say: Say = silent) -> int:
    """Tell users what has become of their signals since the last call; return how many notifications that made.

    `most`: how many notifications a user gets in an hour; `say`: announces them once they are on record. The first
    call ever tells nothing: it begins to listen.
    """
    with database.read() as records:
        through = records.hearing.through(LISTENER)
        if through is not None and next(records.hearing.signals(through), None) is None:
            return 0
    with database.write() as records:
        through, steps, mine = records.hearing.begin(LISTENER, now), dict[uuid.UUID, tuple[int, int]](), _Mine(list)
        for row in records.hearing.signals(through):
            through = max(through, row["written_at"])
            steps[row["id"]] = (row[STEPS], len(row["history"]))
            mine[row["user_id"]] += news_of(row, row[STEPS])
        records.hearing.end(LISTENER, through, steps)
        told = [one for user_id, news in mine.items() for one in _told(records.of(user_id), news, now, most)]
    say(*told)
    return len(told)


def _told(owned: Owned, news: list[News], now: dt.datetime, most: int) -> list[UserNotification]:
    rules = rules_of(owned)
    if not rules:
        return []
    reader = reader_of(owned, rules, [one.key for one in news], now=now, most=most)
    return [announced(owned.user_id, row) for row in _kept(owned, route(news, reader, now), now)]


def _kept(owned: Owned, plan: Plan, now: dt.datetime) -> list[Row]:
    rows = owned.notifications.add_all([_row(note, now) for note in plan.notes if note.type != MORE])
    for note in plan.notes:
        if note.type == MORE:
            rows[note.key] = _more(owned, note, now)
    for one in plan.postings:
        ids = [str(rows[key]["id"]) for key in one.notes]
        owned.letters.put(one.channel, one.key, ids, due_at=one.due_at, now=now)
    return list(rows.values())


def _more(owned: Owned, note: Note, now: dt.datetime) -> Row:
    """Count on in the notification that stands for what is above the limit in this hour; return it."""
    there = owned.notifications.by_key([note.key]).get(note.key)
    if there is None:
        return owned.notifications.add_all([_row(note, now)])[note.key]
    count = there["data"]["count"] + note.data["count"]
    title, message = more_than(count, note.data["most"])
    data = {**note.data, "count": count}
    return owned.notifications.change(there["id"], title=title, message=message, data=data, is_read=False)


def _row(note: Note, now: dt.datetime) -> dict[str, Any]:
    told: Mapping[str, Any] = {"type": note.type, "title": note.title, "message": note.message, "data": dict(note.data)}
    return {**told, "dedup_key": note.key, "created_at": now}
