"""The accounts of a service, joined: what counts tries, what computes passwords, and what they are for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import cached_property

from tapehawk.accounts.changing import Changing
from tapehawk.accounts.joining import Joining, Registration
from tapehawk.accounts.passwords import Passwords
from tapehawk.accounts.signing_in import SigningIn
from tapehawk.accounts.throttle import Throttle
from tapehawk.accounts.tokens import Tokens
from tapehawk.accounts.visitor import is_loopback
from tapehawk.app.sections import Api
from tapehawk.app.settings import Settings
from tapehawk.records.database import Database


class Accounts:
    """Signing in, joining and changing, over one database. `now`: the clock."""

    def __init__(self, known: Settings, database: Database, tokens: Tokens, now: Callable[[], dt.datetime]) -> None:
        self._known, self._database, self._tokens, self._now = known, database, tokens, now

    @cached_property
    def passwords(self) -> Passwords:
        """What hashes and compares passwords."""
        return Passwords()

    @cached_property
    def throttle(self) -> Throttle:
        """What counts tries."""
        return Throttle(self._known.storage.redis_url.get_secret_value())

    @cached_property
    def signing_in(self) -> SigningIn:
        """Signing in and out."""
        return SigningIn(self._database, self._tokens, self.passwords, self.throttle, self._now)

    @cached_property
    def joining(self) -> Joining:
        """Becoming a user."""
        return Joining(self._database, self.signing_in, registration(self._known.api), self._now)

    @cached_property
    def changing(self) -> Changing:
        """Changing users."""
        return Changing(self._database, self.passwords, self.throttle, self._now)


def registration(api: Api) -> Registration:
    """Return who may register. `auto`: who reaches this machine directly; what a proxy brings comes from anywhere."""
    if api.registration != "auto":
        return api.registration
    return "direct" if is_loopback(api.host) else "closed"
