"""What each route of the service is to users who are not its things' owner: every route has to be here.

OWNED    made with Ada's things; Bob, who asks for them, gets a 404 or an empty list
SHARED   the same for everybody who is signed in, or about nobody's things, with the reason
ADMINS   refuses everybody else
ANYBODY  needs no sign-in, or is the sign-in itself
ASKING   POSTs that only ask, which a viewer may

A new route fails `test_isolation.py` until it stands in one of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tapehawk.app.house import House
from tapehawk.records.users import User
from tests.records.test_signals import signal

Route = tuple[str, str]


@dataclass(frozen=True)
class Owned:
    """`make` makes a thing of a user and returns what fills the path; `body`: what is sent with it.

    `same`: Bob gets the same answer as before Ada had the thing, instead of a 404 (a list, a count, something of his).
    """

    make: Callable[[House, User], Mapping[str, str]]
    body: Any = None
    same: bool = False


def _signal(house: House, user: User) -> Mapping[str, str]:
    with house.database.write() as records:
        records.of(user.id).signals.keep([signal()])
        (row,) = records.of(user.id).signals.page(limit=1).items
    return {"signal_id": str(row["id"])}


def _portfolio(house: House, user: User) -> Mapping[str, str]:
    now = dt.datetime.now(dt.UTC)
    with house.database.write() as records:
        row = records.of(user.id).portfolios.add(name="secret", symbols=["AAPL"], created_at=now, updated_at=now)
    return {"portfolio_id": str(row["id"])}


def _watched(house: House, user: User) -> Mapping[str, str]:
    with house.database.write() as records:
        records.of(user.id).watchlist.watch(["AAPL"], now=dt.datetime.now(dt.UTC))
    return {}


_BODY: Final = {"name": "his", "symbols": ["MSFT"]}
OWNED: Final[Mapping[Route, Owned]] = {
    ("GET", "/api/v1/signals"): Owned(_signal, same=True),
    ("GET", "/api/v1/signals/{signal_id}"): Owned(_signal),
    ("PATCH", "/api/v1/signals/{signal_id}/status"): Owned(_signal, {"status": "cancelled"}),
    ("GET", "/api/v1/watchlist"): Owned(_watched, same=True),
    ("DELETE", "/api/v1/watchlist"): Owned(_watched, {"symbols": ["AAPL"]}, same=True),
    ("POST", "/api/v1/watchlist"): Owned(_watched, {"symbols": ["MSFT"]}, same=True),
    ("GET", "/api/v1/portfolios"): Owned(_portfolio, same=True),
    ("POST", "/api/v1/portfolios"): Owned(_portfolio, _BODY, same=True),
    ("GET", "/api/v1/portfolios/{portfolio_id}"): Owned(_portfolio),
    ("PUT", "/api/v1/portfolios/{portfolio_id}"): Owned(_portfolio, _BODY),
    ("DELETE", "/api/v1/portfolios/{portfolio_id}"): Owned(_portfolio),
    ("GET", "/api/v1/analytics/performance"): Owned(_signal, same=True),
    ("GET", "/api/v1/analytics/signals"): Owned(_signal, same=True),
    ("GET", "/api/v1/analytics/patterns"): Owned(_signal, same=True),
}
SHARED: Final[Mapping[Route, str]] = {}
ADMINS: Final[frozenset[Route]] = frozenset({
    ("GET", "/api/v1/users"),
    ("GET", "/api/v1/users/{user_id}"),
})  # fmt: skip
ANYBODY: Final[frozenset[Route]] = frozenset()
ASKING: Final[frozenset[Route]] = frozenset()
