"""From news and what a user wants to what they are told, and through what. Pure.

    news ─► not told before ─► wanted by a rule that is not cooling down ─► at most so many an hour, the rest counted
                                                                       └─► one letter per channel and moment

What is due at the same moment goes out in one letter: all of a burst, all of a digest, all that quiet hours held back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tapehawk.notify.news import News
from tapehawk.notify.preferences import Preferences
from tapehawk.notify.rules import Rule
from tapehawk.notify.wording import MORE, message_of, more_than, title_of

IN_APP: Final = "in_app"
"""The channel that every notification is in by being on record."""
Cooling = tuple[str, str]
"""A rule's id and a symbol."""


@dataclass(frozen=True)
class Reader:
    """What is known of a user who is to be told.

    `channels`: those that are set up and on. `known`: keys of what they were told before. `cooling`: when each rule
    last told of a symbol. `room`: how many more they may be told this hour, of `most`.
    """

    rules: Sequence[Rule]
    preferences: Preferences
    channels: Collection[str]
    watched: Collection[str] = frozenset()
    known: Collection[str] = frozenset()
    cooling: Mapping[Cooling, dt.datetime] = field(default_factory=dict)
    most: int = 50
    room: int = 50


@dataclass(frozen=True)
class Note:
    """A notification to be. `channels`: where its rules want it sent."""

    key: str
    type: str
    title: str
    message: str
    data: Mapping[str, Any]
    channels: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Posting:
    """A letter to be: the notes of these keys, through a channel, at an instant.

    `key`: there is one letter for each; what else is due under the same key goes into it.
    """

    channel: str
    key: str
    due_at: dt.datetime
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """What a user is told: notes, among them at most one that stands for the rest, and the letters they go out in."""

    notes: tuple[Note, ...] = ()
    postings: tuple[Posting, ...] = ()


def route(news: Sequence[News], reader: Reader, now: dt.datetime) -> Plan:
    """Return what a user is told of news, which are theirs."""
    wanted = _wanted(news, reader)
    notes = [_note(one, rules, reader) for one, rules in wanted[: max(0, reader.room)]]
    rest = wanted[len(notes) :]
    if rest:
        notes.append(_rest(rest, reader, now))
    return Plan(tuple(notes), tuple(_postings(notes, reader, now)))


def more_key(now: dt.datetime) -> str:
    """Return the key of the notification that stands for what is above the limit in an hour."""
    return f"{MORE}:{now.astimezone(dt.UTC):%Y-%m-%dT%H}"


def _wanted(news: Sequence[News], reader: Reader) -> list[tuple[News, list[Rule]]]:
    """Return the news that rules want, with those rules; of one moment the most confident first."""
    known, cooling, wanted = set(reader.known), dict(reader.cooling), []
    for one in sorted(news, key=lambda one: (one.at, -(one.data["confidence"] or 0.0))):
        rules = [rule for rule in reader.rules if rule.conditions.hold(one, reader.watched)]
        rules = [rule for rule in rules if not _is_cooling(rule, one, cooling)]
        if rules and one.key not in known:
            known.add(one.key)
            cooling |= {(str(rule.id), one.data["symbol"]): one.at for rule in rules}
            wanted.append((one, rules))
    return wanted


def _is_cooling(rule: Rule, news: News, cooling: Mapping[Cooling, dt.datetime]) -> bool:
    last = cooling.get((str(rule.id), news.data["symbol"]))
    return last is not None and abs(news.at - last) < rule.cooldown  # news that come late are no better


def _note(news: News, rules: Sequence[Rule], reader: Reader) -> Note:
    data = {**news.data, "status": news.status, "at": news.at.isoformat(), "rules": [str(rule.id) for rule in rules]}
    kind = "signal" if news.is_new else "signal_status"
    message = message_of(news, reader.preferences.zone)
    return Note(news.key, kind, title_of(news), message, data, _channels(rules))


def _rest(rest: Sequence[tuple[News, list[Rule]]], reader: Reader, now: dt.datetime) -> Note:
    title, message = more_than(len(rest), reader.most)
    channels = frozenset[str]().union(*(_channels(rules) for _, rules in rest))
    return Note(more_key(now), MORE, title, message, {"count": len(rest), "most": reader.most}, channels)


def _channels(rules: Sequence[Rule]) -> frozenset[str]:
    return frozenset[str]().union(*(rule.channels for rule in rules))


def _postings(notes: Sequence[Note], reader: Reader, now: dt.datetime) -> list[Posting]:
    due = reader.preferences.due(now)
    made = []
    for channel in sorted(set(reader.channels) - {IN_APP}):
        keys = tuple(note.key for note in notes if channel in note.channels)
        if keys:
            key = f"at:{due.isoformat()}" if due > now else f"now:{keys[0]}"
            made.append(Posting(channel, key, due, keys))
    return made
