"""What became of an import: the answer that every surface shows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tapehawk.core.series import Series
from tapehawk.data.tables import Appended


@dataclass(frozen=True)
class ImportReport:
    """What an import read, stored and refused (a dry run: would have).

    `kind` is "bars", "actions" or "symbols". `mapping`: role → column. `rejected`: reason → rows, which `reject_file`
    holds. `outside_sessions` counts stored bars at times without a session. `series` is empty unless bars came.
    `findings`: kind → how many were found in the bars stored; `quarantined`: symbols with a missed split among them.
    """

    kind: str
    files: int
    mapping: Mapping[str, str]
    rows_read: int
    stored: Appended
    dry_run: bool
    rejected: Mapping[str, int] = field(default_factory=dict)
    reject_file: Path | None = None
    out_of_order: int = 0
    outside_sessions: int = 0
    symbols: int = 0
    first: dt.datetime | None = None
    last: dt.datetime | None = None
    timeframe: str | None = None
    timeframe_told: bool = False
    series: tuple[Series, ...] = ()
    findings: Mapping[str, int] = field(default_factory=dict)
    quarantined: tuple[str, ...] = ()
    data_version: str | None = None
