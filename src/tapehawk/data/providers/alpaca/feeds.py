"""What each feed of Alpaca carries, and what each plan allows (providers.md 3.1, 3.5)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final, Literal

from tapehawk.core.series import CONSOLIDATED

PlanName = Literal["basic", "plus"]

PARTIAL: Final = "partial"
"""Volume scope of one venue: a few percent of the market, not comparable with the tape's."""
FIRST_DAY: Final = dt.date(2016, 1, 1)
"""History of stocks begins here."""
RECENT: Final = dt.timedelta(minutes=15)
"""The basic plan may not ask for the consolidated tape's last quarter of an hour."""


@dataclass(frozen=True)
class Feed:
    """`stream`: its path on the stream's host, "" for none. `basic`: the basic plan may hear it live."""

    volume_scope: str
    stream: str
    basic: bool = False


@dataclass(frozen=True)
class Plan:
    """`symbols`: at most so many on the stream, None for no limit. `feed`: what it may hear live, the best of them."""

    calls_per_minute: int
    symbols: int | None
    feed: str


STOCKS: Final = {
    "sip": Feed(CONSOLIDATED, "/v2/sip"),
    "iex": Feed(PARTIAL, "/v2/iex", basic=True),
    "boats": Feed(PARTIAL, "/v1beta1/boats"),
    "otc": Feed(CONSOLIDATED, ""),
}
VENUES: Final = {
    name: Feed(PARTIAL, f"/v1beta3/crypto/{name}", basic=True) for name in ("us", "us-1", "us-2", "eu-1", "bs-1")
}
FEEDS: Final = {"us": STOCKS, "crypto": VENUES}
"""By market; a crypto feed is named by its venue."""
PLANS: Final[dict[PlanName, Plan]] = {"basic": Plan(200, 30, "iex"), "plus": Plan(10_000, None, "sip")}
