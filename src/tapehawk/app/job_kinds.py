"""The kinds of jobs that this house knows, each a line: its function is imported when one is done."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any, Final

from tapehawk.app.house import House
from tapehawk.jobs.kinds import Kind, Work
from tapehawk.jobs.run import Run

HOUR: Final = 3600.0


def kinds(house: House) -> Mapping[str, Kind]:
    """Return the kinds by name."""
    from tapehawk.app import range_scanning

    return {
        "range_scan": range_scanning.kind(house),
        "quick_scan": Kind(_work(house, "quick_rounds:scan")),
        "closed_scan": Kind(_work(house, "closed_rounds:scan")),
        "sync": Kind(_work(house, "job_works:sync"), timeout=6 * HOUR),
        "train": Kind(_work(house, "job_works:train"), timeout=2 * HOUR),
        "retrain": Kind(_work(house, "job_works:retrain"), timeout=12 * HOUR),
        "outcomes": Kind(_work(house, "outcome_tracking:track")),
        "analytics": Kind(_work(house, "outcome_tracking:analytics")),
        "retention": Kind(_work(house, "job_works:retention")),
    }


def _work(house: House, name: str) -> Work:
    """Return the function `module:function` of this package, called with the house first."""

    def work(payload: Mapping[str, Any], run: Run, is_cancelled: Callable[[], bool]) -> object:
        module, _, function = name.partition(":")
        found = getattr(importlib.import_module(f"tapehawk.app.{module}"), function)
        return found(house, payload, run, is_cancelled)

    return work
