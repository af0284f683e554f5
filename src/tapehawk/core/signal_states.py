"""The states of a signal's life, what it may come to, and which way it may go.

active ──► triggered ──► closed: success, failure or timed out
├─► expired    └─────► cancelled
└─► cancelled
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tapehawk.core.errors import BadInput, UnknownName

STATUSES: Final = ("active", "triggered", "expired", "cancelled", "closed")
ACTIVE, TRIGGERED, EXPIRED, CANCELLED, CLOSED = range(5)
OUTCOMES: Final = ("open", "success", "failure", "timed_out", "no_trade")
UNDECIDED, SUCCESS, FAILURE, TIMED_OUT, NO_TRADE = range(5)
ENDED: Final = OUTCOMES[SUCCESS : TIMED_OUT + 1]
"""Outcomes of signals that were traded and came to an end by themselves: what hit rates are of."""
ALLOWED: Final[Mapping[str, tuple[str, ...]]] = {
    "active": ("triggered", "expired", "cancelled"),
    "triggered": ("closed", "cancelled"),
}
"""Where a status may go; from any other it goes nowhere."""


def check_change(before: str, after: str) -> None:
    """Raise UnknownName for a status that does not exist, BadInput for a way it may not go, naming those it may."""
    for status in (before, after):
        if status not in STATUSES:
            raise UnknownName("status", status, STATUSES)
    allowed = ALLOWED.get(before, ())
    if after not in allowed:
        ways = f"{before} → {' or '.join(allowed)}" if allowed else f"{before} is final"
        raise BadInput(f"a signal that is {before} can not become {after}", hint=ways)
