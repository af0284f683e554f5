"""What a trade's risk is multiplied by in each phase of the trading day, unless an account says otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

RISK_BY_PHASE: Final[Mapping[str, float]] = {
    "premarket": 0.7,
    "regular": 1.0,
    "after_hours": 0.5,
    "closed": 0.3,
    "continuous": 1.0,
}
