"""What is on record of a user who is to be told, as routing takes it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from tapehawk.notify.preferences import Preferences
from tapehawk.notify.routing import Cooling, Reader
from tapehawk.notify.rules import Conditions, Rule
from tapehawk.notify.wording import MORE
from tapehawk.records.records import Owned

HOUR: Final = dt.timedelta(hours=1)


def rules_of(owned: Owned) -> list[Rule]:
    """Return the rules of a user that are on."""
    return [_rule(row) for row in owned.notification_rules.active()]


def preferences_of(owned: Owned) -> Preferences:
    """Return how a user wants to be told."""
    row = owned.notification_preferences.found()
    return Preferences() if row is None else Preferences(**{name: row[name] for name in Preferences.model_fields})


def reader_of(owned: Owned, rules: Sequence[Rule], keys: Collection[str], *, now: dt.datetime, most: int) -> Reader:
    """Return a user as a reader of news of these keys."""
    return Reader(
        rules=rules,
        preferences=preferences_of(owned),
        channels=[row["kind"] for row in owned.channels.all() if row["is_active"]],
        watched=owned.notification_rules.watched() if any(rule.conditions.watchlist for rule in rules) else (),
        known=owned.notifications.by_key(list(keys)),
        cooling=_cooling(owned, rules, now),
        most=most,
        room=most - owned.notifications.count_since(now - HOUR, but=MORE),
    )


def _rule(row: Mapping[str, Any]) -> Rule:
    cooldown = dt.timedelta(minutes=row["cooldown_minutes"])
    return Rule(row["id"], Conditions(**row["conditions"]), frozenset(row["channels"]), cooldown)


def _cooling(owned: Owned, rules: Iterable[Rule], now: dt.datetime) -> dict[Cooling, dt.datetime]:
    """Return when each rule last told of a symbol."""
    longest = max((rule.cooldown for rule in rules), default=dt.timedelta())
    cooling: dict[Cooling, dt.datetime] = {}
    for row in owned.notifications.since(now - longest) if longest else ():
        for rule in row["data"].get("rules", ()):
            key, at = (rule, row["data"]["symbol"]), dt.datetime.fromisoformat(row["data"]["at"])
            cooling[key] = max(at, cooling.get(key, at))
    return cooling
