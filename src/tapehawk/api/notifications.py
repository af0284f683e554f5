"""`/api/v1/notifications`: what users were told, when and through what they want to be told, and of what."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import APIRouter, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from tapehawk.api.dependencies import CurrentUser, Cursor, HouseDep, Limit, Writer
from tapehawk.api.once import Once
from tapehawk.api.problems import Problem
from tapehawk.app import telling
from tapehawk.app.telling import ChannelGiven, ChannelShown, RuleGiven
from tapehawk.notify.preferences import Preferences
from tapehawk.notify.registry import kinds, notifier_type
from tapehawk.notify.rules import Conditions
from tapehawk.notify.wording import seen

router = APIRouter(
    prefix="/api/v1/notifications",
    tags=["notifications"],
    route_class=Once,
    responses={
        403: {"model": Problem, "description": "Not allowed"},
        404: {"model": Problem, "description": "Not found"},
    },
)

_SENDING: Final = CapacityLimiter(4)  # threads that wait for far sides, while those that answer go on
Kind = Annotated[str, Field(min_length=1, max_length=16, description="email, in_app, ntfy, pushover, slack, …")]
_A_SIGNAL: dict[str, Any] = {
    "id": "3f0e9f5e-5a3f-4f3c-9a39-0d4c4a0d9a11",
    "type": "signal",
    "title": "BUY AAPL: breakout, resistance break",
    "message": "entry 189.2, stop 185.1, target1 197.4, confidence 82, 1d regular, 2026-11-20 16:00 EST",
    "data": {"symbol": "AAPL", "scanner": "breakout", "status": "active"},
    "is_read": False,
    "created_at": "2026-11-20T21:00:01Z",
}


class Notification(BaseModel):
    """One thing that a user was told."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"examples": [_A_SIGNAL]})

    id: uuid.UUID
    type: Annotated[str, Field(description="signal, signal_status, more (those above the limit), channel, test")]
    title: str
    message: str
    data: dict[str, Any]
    is_read: bool
    created_at: dt.datetime


class NotificationPage(BaseModel):
    """Notifications, newest first."""

    items: list[Notification]
    next_cursor: str | None
    unread_count: Annotated[int, Field(description="of all, not of this page")]


class ReadChange(BaseModel):
    """Whether it was read."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"is_read": True}]})

    is_read: bool


class Changed(BaseModel):
    """How many were otherwise before."""

    changed: int


class ChannelKind(BaseModel):
    """A kind of channel. `address`: a JSON Schema of what it must be told; what is `writeOnly` is masked once kept."""

    kind: Kind
    address: dict[str, Any]


class ChannelKinds(BaseModel):
    """Every kind of channel."""

    items: list[ChannelKind]
    next_cursor: None = None


class LastLetter(BaseModel):
    """What became of the last letter to a channel."""

    state: Literal["waiting", "sending", "sent", "failed"]
    attempt: int
    created_at: dt.datetime
    sent_at: dt.datetime | None
    receipt: Annotated[str | None, Field(description="what the far side answered")]
    error: str | None


class Channel(BaseModel):
    """Where a user is reached, secrets masked."""

    kind: Kind
    address: dict[str, Any]
    is_active: bool
    last: LastLetter | None = None

    @classmethod
    def of(cls, shown: ChannelShown) -> Channel:
        """Return a channel as it is shown."""
        last = None if shown.last is None else LastLetter(**{key: shown.last[key] for key in LastLetter.model_fields})
        return cls(kind=shown.kind, address=dict(shown.address), is_active=shown.is_active, last=last)


_PREFERENCES: dict[str, Any] = {
    "time_zone": "Europe/Zurich",
    "quiet_hours": {"start": "22:00", "end": "07:00"},
    "digest": {"every_minutes": 15, "at": None},
}


class ShownPreferences(Preferences):
    """When, and through what, a user wants to be told."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{**_PREFERENCES, "channels": []}]})

    channels: list[Channel]


class ChannelChange(BaseModel):
    """A channel to be. An address that is what was shown leaves it as it is; any other is given whole."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    address: Annotated[Mapping[Annotated[str, Field(max_length=32)], Any], Field(max_length=8)]
    is_active: bool = True


_WEBHOOK: dict[str, Any] = {"url": "https://example.org/hook", "secret": "sixteen characters or more"}


class PreferencesChange(Preferences):
    """All of a user's preferences; their channels stay where none are given."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{**_PREFERENCES, "channels": [{"kind": "webhook", "address": _WEBHOOK}]}]},
    )

    channels: Annotated[list[ChannelChange] | None, Field(fail_fast=True, max_length=32)] = None

    def given(self) -> list[ChannelGiven] | None:
        """Return the channels as they are asked for."""
        if self.channels is None:
            return None
        return [ChannelGiven(one.kind, one.address, one.is_active) for one in self.channels]


_RULE: dict[str, Any] = {
    "name": "breakouts I watch",
    "conditions": {"scanners": ["breakout"], "watchlist": True, "min_confidence": 70},
    "channels": ["email"],
    "cooldown_minutes": 60,
}


class RuleChange(BaseModel):
    """A rule: of which signals to tell, and through which channels beside the list of notifications."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_RULE]})

    name: Annotated[str, Field(min_length=1, max_length=100), AfterValidator(seen)]
    conditions: Conditions = Conditions()
    channels: Annotated[list[Kind], Field(fail_fast=True, max_length=32)] = []
    cooldown_minutes: Annotated[int, Field(ge=0, le=1440, description="silence about a symbol that was told of")] = 0
    is_active: bool = True

    def given(self) -> RuleGiven:
        """Return it as it is asked for."""
        return RuleGiven(self.name, self.conditions, self.channels, self.cooldown_minutes, self.is_active)


class NotificationRule(RuleChange):
    """A rule as it is kept."""

    model_config = ConfigDict(extra="ignore")

    id: uuid.UUID
    created_at: dt.datetime
    updated_at: dt.datetime


class RulePage(BaseModel):
    """Rules, newest first."""

    items: list[NotificationRule]
    next_cursor: str | None


class TestAsked(BaseModel):
    """Which channel to try."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"channel": "email"}]})

    channel: Kind


class TestAnswer(BaseModel):
    """What came of it."""

    model_config = ConfigDict(from_attributes=True)

    channel: str
    delivered: bool
    said: Annotated[str, Field(description="what the far side answered, or why it was not reached")]
    id: Annotated[uuid.UUID, Field(description="what the message was sent under")]


@router.get("")
def list_notifications(
    house: HouseDep,
    user: CurrentUser,
    unread: Annotated[bool | None, Query(description="only those that were not read")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> NotificationPage:
    """List what the caller was told, newest first."""
    with house.database.read() as records:
        mine = records.of(user.id).notifications
        page = (mine.unread if unread else mine.page)(limit=limit, cursor=cursor)
        count = mine.count_unread()
    items = [Notification.model_validate(row) for row in page.items]
    return NotificationPage(items=items, next_cursor=page.next_cursor, unread_count=count)


@router.patch("/all")
def mark_all(change: ReadChange, house: HouseDep, user: Writer) -> Changed:
    """Mark all of the caller's notifications as read, or as not."""
    with house.database.write() as records:
        return Changed(changed=records.of(user.id).notifications.mark_all(is_read=change.is_read))


@router.get("/kinds")
def list_kinds(_user: CurrentUser) -> ChannelKinds:
    """List the kinds of channels that there are, each with what it must be told to reach somebody."""
    items = [ChannelKind(kind=kind, address=notifier_type(kind).address_type.model_json_schema()) for kind in kinds()]
    return ChannelKinds(items=items)


@router.get("/preferences")
def get_preferences(house: HouseDep, user: CurrentUser) -> ShownPreferences:
    """Return when, and through what, the caller wants to be told; secrets of addresses are masked."""
    preferences, channels = telling.wants(house, user.id)
    return ShownPreferences(**dict(preferences), channels=[Channel.of(one) for one in channels])


@router.put("/preferences")
def put_preferences(change: PreferencesChange, house: HouseDep, user: Writer) -> ShownPreferences:
    """Set them. Channels that are not given any more are forgotten; an address sent back as shown stays as it is."""
    wanted = Preferences(**change.model_dump(exclude={"channels"}))
    telling.set_wants(house, user.id, wanted, change.given())
    return get_preferences(house, user)


@router.get("/rules")
def list_rules(house: HouseDep, user: CurrentUser, limit: Limit = 100, cursor: Cursor = None) -> RulePage:
    """List the caller's rules, newest first."""
    with house.database.read() as records:
        page = records.of(user.id).notification_rules.page(limit=limit, cursor=cursor)
    return RulePage(items=[NotificationRule(**row) for row in page.items], next_cursor=page.next_cursor)


@router.post("/rules", status_code=201)
def add_rule(rule: RuleChange, house: HouseDep, user: Writer) -> NotificationRule:
    """Add a rule; it holds for signals from now on."""
    return NotificationRule(**telling.add_rule(house, user.id, rule.given()))


@router.get("/rules/{rule_id}")
def get_rule(rule_id: uuid.UUID, house: HouseDep, user: CurrentUser) -> NotificationRule:
    """Return a rule."""
    with house.database.read() as records:
        return NotificationRule(**records.of(user.id).notification_rules.get(rule_id))


@router.put("/rules/{rule_id}")
def put_rule(rule_id: uuid.UUID, rule: RuleChange, house: HouseDep, user: Writer) -> NotificationRule:
    """Set all of a rule."""
    with house.database.write() as records:
        rules = records.of(user.id).notification_rules
        return NotificationRule(**rules.change(rule_id, **rule.given().columns(), updated_at=house.now()))


@router.delete("/rules/{rule_id}", status_code=204)
def delete_rule(rule_id: uuid.UUID, house: HouseDep, user: Writer) -> None:
    """Delete a rule."""
    with house.database.write() as records:
        records.of(user.id).notification_rules.remove(rule_id)


@router.post("/test")
async def try_channel(asked: TestAsked, house: HouseDep, user: Writer) -> TestAnswer:
    """Send a message through one of the caller's channels now, and return what the far side said."""
    said = await run_sync(telling.try_out, house, user.id, asked.channel, limiter=_SENDING)
    return TestAnswer.model_validate(said)


@router.patch("/{notification_id}")
def mark(notification_id: uuid.UUID, change: ReadChange, house: HouseDep, user: Writer) -> Notification:
    """Mark a notification as read, or as not."""
    with house.database.write() as records:
        row = records.of(user.id).notifications.change(notification_id, is_read=change.is_read)
    return Notification.model_validate(row)
