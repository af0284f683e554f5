"""Quality of stored bars: what is missing, wrong or odd, who says so, and what to do.

    examine(examined)        every check on bars at hand → findings
    check_store(root)        every stored series → findings; brings the quarantine up to date
    check_written(root, …)   the same for bars that were just written, with as much history as the checks look back

Checks are the modules of `checks`, one a kind, found by existing (`checks/__init__.py`).
"""

from __future__ import annotations

from tapehawk.data.quality.checking import CheckQuestion, check_store, check_written, check_written_in_parts, examine
from tapehawk.data.quality.examined import Examined
from tapehawk.data.quality.finding import KINDS, SEVERITIES, Finding, findings
from tapehawk.data.quality.finding import SCHEMA as FINDINGS

__all__ = [
    "FINDINGS",
    "KINDS",
    "SEVERITIES",
    "CheckQuestion",
    "Examined",
    "Finding",
    "check_store",
    "check_written",
    "check_written_in_parts",
    "examine",
    "findings",
]
