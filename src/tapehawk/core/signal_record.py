"""A signal as it is kept: its key, the row that made it, and what has become of it so far.

key     scanner | pattern | symbol | series | timeframe | setup bar: scanned a hundred times it is one signal
row     what was said then, as plain values; prices as traded on that day
history active, then every change, each with when it was known
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final, Self

from tapehawk.core.signal_states import ALLOWED, check_change

LIVE, SIMULATED = "live", "simulated"
ORIGINS: Final = (LIVE, SIMULATED)
"""Where a signal comes from: a market as it traded, or the market simulator. A day that is replayed keeps none."""
INTRABAR: Final = "intrabar"
"""The label of rows whose level was crossed before their bar had closed."""
BY_HAND: Final = "by hand"


@dataclass(frozen=True, slots=True)
class SetupKey:
    """What makes a setup the same one. `bar_time`: start of the setup's bar, RFC 3339."""

    scanner: str
    pattern: str
    symbol: str
    series: str
    timeframe: str
    bar_time: str

    def __str__(self) -> str:
        return f"{self.scanner}|{self.pattern}|{self.symbol}|{self.series}|{self.timeframe}|{self.bar_time}"

    @property
    def id(self) -> str:
        """A short name for people: twelve digits."""
        return hashlib.blake2b(str(self).encode(), digest_size=6).hexdigest()


@dataclass(frozen=True, slots=True)
class Change:
    """A status that a signal came to, known at `at` (µs UTC).

    `price`: of the trigger or the exit, on the basis of that day. `bar`: the trigger bar's mark (`signal_clock.py`).
    `r`, `mae`, `mfe`, `bars_held`: of a trade that was closed.
    """

    status: str
    at: int
    outcome: str = "open"
    reason: str = ""
    price: float | None = None
    bar: float | None = None
    r: float | None = None
    mae: float | None = None
    mfe: float | None = None
    bars_held: int | None = None

    @classmethod
    def by_hand(cls, status: str, at: int) -> Self:
        """Return the change that a person makes: it comes to no trade's end, and scans follow the signal no more."""
        return cls(status, at, "open" if status == "triggered" else "no_trade", BY_HAND)


@dataclass(frozen=True, slots=True)
class Signal:
    """One signal. `kind`: what it triggers by. `hours`, `market`: with the key's timeframe the clock it lives by."""

    key: SetupKey
    hours: str
    market: str
    origin: str
    kind: str
    row: Mapping[str, Any]
    history: tuple[Change, ...]
    data_version: str = ""

    @property
    def id(self) -> str:
        """The short name of its key."""
        return self.key.id

    @property
    def status(self) -> str:
        """Where it stands."""
        return self.history[-1].status

    @property
    def outcome(self) -> str:
        """What it came to, "open" while it goes on."""
        return self.history[-1].outcome

    @property
    def is_final(self) -> bool:
        """Say whether nothing becomes of it any more."""
        return self.status not in ALLOWED

    def became(self, change: Change) -> Self:
        """Return the signal after a change. Raises BadInput for one that its status does not allow."""
        check_change(self.status, change.status)
        history = (*self.history, change)
        return type(self)(
            self.key, self.hours, self.market, self.origin, self.kind, self.row, history, self.data_version
        )

    def at(self, status: str) -> Change | None:
        """Return when and how it came to a status, None where it never did."""
        return next((change for change in self.history if change.status == status), None)

    def plain(self) -> dict[str, Any]:
        """Return it as plain values, for JSON."""
        about = {one.name: getattr(self, one.name) for one in fields(self)}
        history = [asdict(one) for one in self.history]
        return {**about, "key": asdict(self.key), "row": dict(self.row), "history": history}


def origin_of(labels: Collection[str]) -> str:
    """Return where a row with these labels comes from."""
    return SIMULATED if SIMULATED in labels else LIVE
