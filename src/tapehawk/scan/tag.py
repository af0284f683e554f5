"""What an answer depends on, as a short text: two scans with the same tag find the same."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from tapehawk.core.scanner import Scanner
from tapehawk.scan.asked import Asked
from tapehawk.scan.desk import Desk
from tapehawk.scan.fingerprint import fingerprint
from tapehawk.scan.question import Question


def tag_of(desk: Desk, scanner: Scanner, question: Question, bars: Asked) -> str:
    """Return what decides an answer's results and funnel, as a short text."""
    asked: dict[str, Any] = {
        "computed": fingerprint(scanner, bars.panel.timeframe),
        "question": [question.timeframe, question.hours, question.cutoff, question.universe, question.strict],
        "is_range": question.is_range,
        "parameters": sorted(question.parameters.items()),
        "symbols": sorted(set(question.symbols)),
        "days": [bars.days.first, bars.days.last],
        "of": [bars.series, bars.panel.data_version, bars.panel.labels, bars.notes],
        "risk": [desk.risk.account_size, desk.risk.per_trade, sorted(desk.risk.by_phase.items())],
    }
    return hashlib.sha256(json.dumps(asked, default=str).encode()).hexdigest()[:32]
