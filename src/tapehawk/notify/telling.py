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

from tapehawk.notify.news import News, news_of
from tapehawk.notify.readers import reader_of, rules_of
from tapehawk.notify.routing import Note, Plan, route
from tapehawk.notify.wording import MORE, more_than
from tapehawk.records.database import Database
from tapehawk.records.hearing import STEPS
from tapehawk.records.records import Owned

LISTENER: Final = "signals"
_Mine = defaultdict[uuid.UUID, list[News]]


def tell(database: Database, *, now: dt.datetime, most: int) -> int:
    """Tell users what has become of their signals since the last call; return how many notifications that made.

    `most`: how many notifications a user gets in an hour. The first call ever tells nothing: it begins to listen.
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
        return sum(_told(records.of(user_id), news, now, most) for user_id, news in mine.items())


def _told(owned: Owned, news: list[News], now: dt.datetime, most: int) -> int:
    rules = rules_of(owned)
    if not rules:
        return 0
    reader = reader_of(owned, rules, [one.key for one in news], now=now, most=most)
    plan = route(news, reader, now)
    _keep(owned, plan, now)
    return len(plan.notes)


def _keep(owned: Owned, plan: Plan, now: dt.datetime) -> None:
    ids = owned.notifications.add_all([_row(note, now) for note in plan.notes if note.type != MORE])
    for note in plan.notes:
        if note.type == MORE:
            ids[note.key] = _more(owned, note, now)
    for one in plan.postings:
        keys = [str(ids[key]) for key in one.notes]
        owned.letters.put(one.channel, one.key, keys, due_at=one.due_at, now=now)


def _more(owned: Owned, note: Note, now: dt.datetime) -> uuid.UUID:
    """Count on in the notification that stands for what is above the limit in this hour; return its id."""
    there = owned.notifications.by_key([note.key]).get(note.key)
    if there is None:
        return owned.notifications.add_all([_row(note, now)])[note.key]
    count = there["data"]["count"] + note.data["count"]
    title, message = more_than(count, note.data["most"])
    data = {**note.data, "count": count}
    owned.notifications.change(there["id"], title=title, message=message, data=data, is_read=False)
    id: uuid.UUID = there["id"]
    return id


def _row(note: Note, now: dt.datetime) -> dict[str, Any]:
    told: Mapping[str, Any] = {"type": note.type, "title": note.title, "message": note.message, "data": dict(note.data)}
    return {**told, "dedup_key": note.key, "created_at": now}
