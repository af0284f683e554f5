"""A scan that was answered, as a file: its rows, or in JSON the answer itself."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tapehawk.app.kept_scans import Scan
from tapehawk.app.saving import as_frame, csv_parts, tabular

TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
PART: Final = 65_536


@dataclass(frozen=True)
class Export:
    """A file in parts, so that a large one need not stand in memory twice."""

    name: str
    media_type: str
    parts: Iterator[bytes]


def exported(scan: Scan, format_: str) -> Export:
    """Return a scan as a file. Raises BadInput for a format whose library is not installed."""
    return Export(file_name(scan, format_), TYPES[format_], _parts(scan, format_))


def file_name(scan: Scan, format_: str) -> str:
    """Return a name that is safe on every system: letters, digits, `_`, `-` and `.`."""
    scanner = re.sub(r"[^A-Za-z0-9_-]", "_", scan.finding.question.scanner_type)
    return f"{scanner}_{scan.finding.as_of}_{scan.scan_id}.{format_}"


def _parts(scan: Scan, format_: str) -> Iterator[bytes]:
    if format_ == "json":
        return _cut(scan.body + b"\n")
    rows = tabular(json.loads(scan.body)["results"])
    if format_ == "csv":
        return (part.encode() for part in csv_parts(rows))
    return _cut(as_frame(rows, format_))


def _cut(whole: bytes) -> Iterator[bytes]:
    return (whole[first : first + PART] for first in range(0, len(whole), PART))
