"""What a user asks about being told: how, through what, and whether it arrives."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tapehawk.app.house import House
from tapehawk.app.notifying import means
from tapehawk.core.errors import BadInput, NoData, TapehawkError, TooMany, UnknownName
from tapehawk.core.events import UserNotification
from tapehawk.notify.announcing import announced
from tapehawk.notify.guard import need_public
from tapehawk.notify.masking import masked, unmasked
from tapehawk.notify.preferences import Preferences
from tapehawk.notify.readers import preferences_of
from tapehawk.notify.registry import address_of, kinds, sent
from tapehawk.notify.routing import IN_APP
from tapehawk.notify.rules import Conditions
from tapehawk.notify.sending import LEASE
from tapehawk.notify.wording import Letter
from tapehawk.records.owned import Row
from tapehawk.records.records import Owned

TRIES: Final = 10
"""Letters that a user may send in an hour to see whether they arrive."""
RULES: Final = 100
"""Rules of a user at most."""
_HOUR: Final = dt.timedelta(hours=1)


@dataclass(frozen=True)
class ChannelGiven:
    """A channel as a user sets it; its address may be what they were shown."""

    kind: str
    address: Mapping[str, Any]
    is_active: bool = True


@dataclass(frozen=True)
class ChannelShown:
    """A channel as it is shown. `last`: what became of the last letter to it."""

    kind: str
    address: Mapping[str, Any]
    is_active: bool
    last: Row | None = None


@dataclass(frozen=True)
class RuleGiven:
    """A rule as a user sets it."""

    name: str
    conditions: Conditions
    channels: Sequence[str]
    cooldown_minutes: int
    is_active: bool

    def columns(self) -> dict[str, Any]:
        """Return it as it is kept. Raises UnknownName for a channel that does not exist."""
        for kind in self.channels:
            if kind not in kinds():
                raise UnknownName("channel", kind, kinds())
        conditions, channels = self.conditions.model_dump(mode="json"), list(dict.fromkeys(self.channels))
        return {**vars(self), "conditions": conditions, "channels": channels}


@dataclass(frozen=True)
class Tried:
    """What came of a letter that was sent to see whether it arrives."""

    channel: str
    delivered: bool
    said: str
    id: uuid.UUID


def wants(house: House, user_id: uuid.UUID) -> tuple[Preferences, list[ChannelShown]]:
    """Return how a user wants to be told, and through what, addresses masked."""
    with house.database.read() as records:
        owned = records.of(user_id)
        return preferences_of(owned), [_shown(owned, row) for row in owned.channels.all()]


def set_wants(
    house: House, user_id: uuid.UUID, preferences: Preferences, channels: Sequence[ChannelGiven] | None
) -> None:
    """Set how a user wants to be told, and, where they are given, all of their channels.

    Raises UnknownName for a kind that does not exist, BadInput for an address that can't be used.
    """
    with house.database.write() as records:
        owned, now = records.of(user_id), house.now()
        owned.notification_preferences.put(now=now, **preferences.model_dump(mode="json"))
        if channels is not None:
            kept = {row["kind"]: row["address"] for row in owned.channels.all()}
            given = {one.kind: one for one in channels}
            if len(given) < len(channels):
                raise BadInput("two channels of one kind", hint="a user has at most one of each")
            for kind, one in given.items():
                address = unmasked(kind, one.address, kept.get(kind))
                _check(house, kind, address)
                owned.channels.put(kind, address=address, is_active=one.is_active, now=now)
            owned.channels.keep_only(list(given))


def add_rule(house: House, user_id: uuid.UUID, rule: RuleGiven) -> Row:
    """Add a rule. Raises BadInput for one too many, UnknownName for a channel that does not exist."""
    with house.database.write() as records:
        rules, now = records.of(user_id).notification_rules, house.now()
        if rules.count() >= RULES:
            raise BadInput(f"{RULES} rules are as many as one may have", hint="change or delete one")
        return rules.add(**rule.columns(), created_at=now, updated_at=now)


def try_out(house: House, user_id: uuid.UUID, kind: str) -> Tried:
    """Send a letter through a user's channel now.

    Raises NoData where it is not set up, UnknownName where there is none of that kind, TooMany where too many were.
    """
    if kind not in kinds():
        raise UnknownName("channel", kind, kinds())
    with house.database.write() as records:
        owned, now = records.of(user_id), house.now()
        _need_room(owned, now)
        address = _address(owned, kind)
        row = owned.letters.try_out(kind, now=now, lease=LEASE)
        letter = Letter(str(row["id"]), "Tapehawk: a test", (f"This came through your channel {kind}.",))
        told = [_listed(owned, letter, now)] if kind == IN_APP else []
    house.broadcast.say(*told)
    return _tried(house, row, address, letter)


def _tried(house: House, row: Row, address: Mapping[str, Any], letter: Letter) -> Tried:
    try:
        said = sent(row["channel"], address, letter, means(house))
    except TapehawkError as error:
        said = f"{error.message} ({error.hint})" if error.hint else error.message
        with house.database.write() as records:
            records.outbox.fail(row, said)
        return Tried(row["channel"], delivered=False, said=said, id=row["id"])
    with house.database.write() as records:
        records.outbox.sent(row, said, house.now())
    return Tried(row["channel"], delivered=True, said=said, id=row["id"])


def _need_room(owned: Owned, now: dt.datetime) -> None:
    tried = owned.letters.tried_out_since(now - _HOUR)
    if len(tried) >= TRIES:
        wait = (tried[-TRIES] + _HOUR - now).total_seconds()
        raise TooMany(f"{TRIES} tests in an hour are enough", wait=max(1.0, wait))


def _address(owned: Owned, kind: str) -> Mapping[str, Any]:
    if kind == IN_APP:
        return {}
    try:
        address: Mapping[str, Any] = owned.channels.of_kind(kind)["address"]
    except NoData as error:
        raise NoData(f"you have no channel {kind}", hint="PUT /api/v1/notifications/preferences sets it up") from error
    return address


def _listed(owned: Owned, letter: Letter, now: dt.datetime) -> UserNotification:
    """Put a letter into the list; return what is to be said of it."""
    told = {"type": "test", "title": letter.title, "message": letter.text(200), "data": {}}
    row = owned.notifications.add(**told, is_read=False, dedup_key=f"test:{letter.id}", created_at=now)
    return announced(owned.user_id, row)


def _shown(owned: Owned, row: Row) -> ChannelShown:
    address = masked(address_of(row["kind"], row["address"]))
    return ChannelShown(row["kind"], address, row["is_active"], owned.letters.last_of(row["kind"]))


def _check(house: House, kind: str, address: Mapping[str, Any]) -> None:
    """Raise NotAllowed for an address in a private network, where these are not allowed."""
    if not house.known.notifications.allow_private:
        for host in address_of(kind, address).hosts():
            need_public(host)
