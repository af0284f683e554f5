"""What each plan of Twelve Data allows (providers.md 2.1). Larger sizes of a plan are learnt from the answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

PlanName = Literal["basic", "grow", "pro", "ultra"]


@dataclass(frozen=True)
class Plan:
    """`credits` a minute and `a_day` (None: no cap). `symbols` on the stream. `actions`: splits and dividends."""

    credits: int
    a_day: int | None
    symbols: int
    connections: int = 1
    actions: bool = True


PLANS: Final[dict[PlanName, Plan]] = {
    "basic": Plan(8, 800, 8, actions=False),
    "grow": Plan(55, None, 8),
    "pro": Plan(610, None, 610, connections=3),
    "ultra": Plan(2584, None, 2584, connections=3),
}
