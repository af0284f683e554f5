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
from tapehawk.records.audit import Audit
from tapehawk.records.fires import Fires
from tapehawk.records.hearing import Hearing
from tapehawk.records.jobs import Jobs, OwnedJobs
from tapehawk.records.leaving import Leaving
from tapehawk.records.live_desks import LiveDesks
from tapehawk.records.live_scanners import LiveScanners, OwnLiveScanner
from tapehawk.records.notification_wants import Channels, NotificationPreferences, NotificationRules
from tapehawk.records.notifications import Notifications
from tapehawk.records.outbox import Letters, Outbox
from tapehawk.records.portfolios import Portfolios
from tapehawk.records.presets import Presets
from tapehawk.records.retention import Old
from tapehawk.records.scans import OwnedScans, Scans
from tapehawk.records.sign_ins import OwnSignIns, SignIns
from tapehawk.records.signals import EverySignal, Signals
from tapehawk.records.tickets import Tickets
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
    def audit(self) -> Audit:
        """What of security happened."""
        return Audit(self._connection)

    @cached_property
    def tickets(self) -> Tickets:
        """Secrets that are good once."""
        return Tickets(self._connection)

    @cached_property
    def leaving(self) -> Leaving:
        """Who may not listen any longer."""
        return Leaving(self._connection)

    @cached_property
    def jobs(self) -> Jobs:
        """Their jobs and the system's."""
        return Jobs(self._connection)

    @cached_property
    def scans(self) -> Scans:
        """Their range scans, for who computes them."""
        return Scans(self._connection)

    @cached_property
    def fires(self) -> Fires:
        """When schedules were set off."""
        return Fires(self._connection)

    @cached_property
    def hearing(self) -> Hearing:
        """What has changed since somebody looked."""
        return Hearing(self._connection)

    @cached_property
    def outbox(self) -> Outbox:
        """What is on its way to them."""
        return Outbox(self._connection)

    @cached_property
    def live_desks(self) -> LiveDesks:
        """Who scans live for everybody."""
        return LiveDesks(self._connection)

    @cached_property
    def live_scanners(self) -> LiveScanners:
        """Everybody's live scanners."""
        return LiveScanners(self._connection)

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
    def sign_ins(self) -> OwnSignIns:
        """Their sign-ins."""
        return OwnSignIns(self._connection, self.user_id)

    @cached_property
    def live_scanner(self) -> OwnLiveScanner:
        """Their live scanner."""
        return OwnLiveScanner(self._connection, self.user_id)

    @cached_property
    def jobs(self) -> OwnedJobs:
        """Their jobs."""
        return OwnedJobs(self._connection, self.user_id)

    @cached_property
    def scans(self) -> OwnedScans:
        """Their range scans."""
        return OwnedScans(self._connection, self.user_id)

    @cached_property
    def notifications(self) -> Notifications:
        """What they were told."""
        return Notifications(self._connection, self.user_id)

    @cached_property
    def notification_rules(self) -> NotificationRules:
        """What they want to be told."""
        return NotificationRules(self._connection, self.user_id)

    @cached_property
    def notification_preferences(self) -> NotificationPreferences:
        """When they want to be told."""
        return NotificationPreferences(self._connection, self.user_id)

    @cached_property
    def channels(self) -> Channels:
        """Where they are reached."""
        return Channels(self._connection, self.user_id)

    @cached_property
    def letters(self) -> Letters:
        """What is on its way to them."""
        return Letters(self._connection, self.user_id)

    @cached_property
    def presets(self) -> Presets:
        """What they named to be asked again."""
        return Presets(self._connection, self.user_id)

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
