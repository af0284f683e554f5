"""The deep analysis as it goes out: to the bus, to sockets, to the answers of `/api/scanner`, in the words published.

    opportunity_score   the number              market_regime   regime, confidence, volatility
    sl_tp               stopLoss, takeProfit, riskReward        confluence, ml_prediction

Each holds everything else its part says too (that of the score stands beside it, as `opportunity`). A part that says
nothing is `{available: false, reason}` in its place, and so is one that was not asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tapehawk.analysis.part import unavailable

PARTS: Final = ("opportunity_score", "market_regime", "sl_tp", "confluence", "ml_prediction")
_LEVELS: Final = {"stop": "stopLoss", "target": "takeProfit", "reward_risk": "riskReward"}
_NOT_ASKED: Final = unavailable("not part of this analysis")


def deep_data(analysis: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return one symbol's analysis as published."""
    said = {name: analysis.get(name, _NOT_ASKED) for name in PARTS}
    opportunity, levels = said["opportunity_score"], said["sl_tp"]
    others = {name: answer for name, answer in analysis.items() if name not in PARTS}
    return {
        **said,
        "opportunity_score": opportunity["score"] if opportunity["available"] else opportunity,
        "opportunity": opportunity,
        "sl_tp": {_LEVELS.get(name, name): value for name, value in levels.items()},
        **others,
    }
