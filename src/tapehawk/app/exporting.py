"""A scan that was answered, as a file: its rows, or in JSON the answer itself."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tapehawk.app import scan_results
from tapehawk.app.house import House
from tapehawk.app.kept_scans import Scan
from tapehawk.app.saving import TYPES, as_frame, csv_parts, tabular
from tapehawk.core.errors import NoData, TryAgain
from tapehawk.records.jobs import COMPLETED

PART: Final = 65_536


@dataclass(frozen=True)
class Export:
    """A file in parts, so that a large one need not stand in memory twice."""

    name: str
    media_type: str
    parts: Iterator[bytes]


def file_of(house: House, user_id: uuid.UUID, scan_id: str, format_: str) -> Export:
    """Return a user's scan, or range scan, as a file. Raises NoData for another's, BadInput as `exported` does."""
    try:
        return exported(house.scanning.of(user_id, scan_id), format_)
    except (NoData, TryAgain) as neither:  # a range scan is on record, whoever else is away
        try:
            return ranged(scan_results.answer(house, user_id, scan_id), format_)
        except NoData:
            raise neither from None


def exported(scan: Scan, format_: str) -> Export:
    """Return a scan as a file. Raises BadInput for a format whose library is not installed."""
    return Export(file_name(scan, format_), TYPES[format_], _parts(scan.body, format_))


def ranged(answer: scan_results.Answer, format_: str) -> Export:
    """Return a range scan as a file, whose name says where it is not whole. Raises as `exported` does."""
    scan = answer.scan
    whole = "" if scan["status"] == COMPLETED else "partial_"
    name = _safe(f"{scan['scanner_type']}_{scan['start_date']}_{scan['end_date']}_{whole}{scan['id']}")
    return Export(f"{name}.{format_}", TYPES[format_], _parts(b"".join(answer.written()), format_))


def file_name(scan: Scan, format_: str) -> str:
    """Return a name that is safe on every system: letters, digits, `_`, `-` and `.`."""
    scanner = _safe(scan.finding.question.scanner_type)
    return f"{scanner}_{scan.finding.as_of}_{scan.scan_id}.{format_}"


def _safe(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "_", name)


def _parts(body: bytes, format_: str) -> Iterator[bytes]:
    if format_ == "json":
        return _cut(body + b"\n")
    rows = tabular(json.loads(body)["results"])
    if format_ == "csv":
        return (part.encode() for part in csv_parts(rows))
    return _cut(as_frame(rows, format_))


def _cut(whole: bytes) -> Iterator[bytes]:
    return (whole[first : first + PART] for first in range(0, len(whole), PART))
