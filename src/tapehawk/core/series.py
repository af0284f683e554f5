"""What a run of bars is: its timeframe, and the series it belongs to.

Bars of different series are never mixed: two vendors disagree about the tape, and two volume scopes about its size.
Free of Polars, so that a built panel opens without it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Final, Literal

from tapehawk.core.errors import BadInput, UnknownName

Adjustment = Literal["none", "split", "all"]
Market = Literal["us", "crypto"]

TIMEFRAMES: Final[dict[str, int]] = {
    "1m": 1,
    "5m": 5,
    "15m": 15,
    "30m": 30,
    "1h": 60,
    "4h": 240,
    "1d": 1440,
    "1w": 10080,
}
"""Name → minutes. `1d` and `1w` are sessions, labelled by date; their minutes only order them."""

SESSION_TIMEFRAMES: Final = ("1d", "1w")
ADJUSTMENTS: Final = ("none", "split", "all")
MARKETS: Final = ("us", "crypto")
CONSOLIDATED: Final = "consolidated"
BUILT: Final = "trades"
"""The feed of bars that we build from a provider's trades or prices, where it streams no bars."""


def check_timeframe(name: str) -> str:
    """Return `name` when it is a timeframe; raise UnknownName otherwise."""
    if name not in TIMEFRAMES:
        raise UnknownName("timeframe", name, TIMEFRAMES)
    return name


@dataclass(frozen=True, order=True)
class Series:
    """Where bars come from and what their numbers mean.

    `adjustment`: "none" as traded, "split" divided by later splits, "all" also by dividends. `adjusted_as_of`: the last
    session whose splits are already in the prices (None for as traded). `volume_scope`: "consolidated" is the whole
    market's volume, anything else a part of it. `delay`: minutes that live bars come behind the market; once stored
    they are the same bars as everybody's.
    """

    provider: str
    feed: str
    adjustment: str = "none"
    volume_scope: str = CONSOLIDATED
    timeframe: str = "1d"
    adjusted_as_of: dt.date | None = None
    simulated: bool = False
    market: str = "us"
    delay: int = field(default=0, compare=False)

    def __post_init__(self) -> None:
        check_timeframe(self.timeframe)
        for kind, name, valid in (("adjustment", self.adjustment, ADJUSTMENTS), ("market", self.market, MARKETS)):
            if name not in valid:
                raise UnknownName(kind, name, valid)
        if self.adjustment == "none" and self.adjusted_as_of is not None:
            raise BadInput("bars as traded have no date they were adjusted as of")

    @property
    def id(self) -> str:
        """Name of the series in its market, the same on every timeframe: `us:import:sip:split:consolidated`."""
        parts = (self.market, self.provider, self.feed, self.adjustment, self.volume_scope)
        return ":".join(parts) + (":simulated" if self.simulated else "")

    @property
    def labels(self) -> tuple[str, ...]:
        """What every row made from this series must say about it."""
        said = (
            ("simulated", self.simulated),
            ("price_basis: adjusted", self.adjustment != "none"),
            (f"volume_scope: {self.volume_scope}", self.volume_scope != CONSOLIDATED),
            ("bars built from prices", self.feed == BUILT),
            (f"delayed {self.delay} m", self.delay > 0),
        )
        return tuple(label for label, holds in said if holds)
