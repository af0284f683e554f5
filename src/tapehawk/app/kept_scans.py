"""Finished scans, kept in memory: for who asks the same question again, and by their ids for whoever asked.

A scan is known by its *tag* (what was asked, of which data) and by its id, which is good for one user only. What was
found is shared between all who asked, the oldest that nobody looked at go first when there is no more room.
"""

from __future__ import annotations

import uuid
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Final

from tapehawk.app.asking import Asked
from tapehawk.core.errors import NoData
from tapehawk.scan.question import Question

MOST_BYTES: Final = 64 * 2**20


@dataclass(frozen=True, eq=False)
class Finding:
    """What a question came to. `rest`: the answer as JSON, behind its scan id; `made`: when, by a clock of seconds."""

    tag: str
    asked: Asked
    question: Question
    market: str
    as_of: str
    data_version: str
    rest: bytes
    made: float


@dataclass(frozen=True, eq=False)
class Scan:
    """A finding as one user knows it."""

    scan_id: str
    finding: Finding

    @property
    def body(self) -> bytes:
        """Return the answer as JSON."""
        return b'{"scan_id": "' + self.scan_id.encode() + b'", ' + self.finding.rest


class KeptScans:
    """Scans of all users, of at most `most_bytes` together; the newest is always kept."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most, self._bytes, self._lock = most_bytes, 0, Lock()
        self._scans: OrderedDict[tuple[uuid.UUID, str], Scan] = OrderedDict()  # by owner and id, the last used last
        self._ids: dict[tuple[uuid.UUID, str], str] = {}  # by owner and tag
        self._findings: dict[str, tuple[Finding, int]] = {}  # by tag, and how many scans are of it

    def get(self, user_id: uuid.UUID, scan_id: str) -> Scan:
        """Return a scan. Raises NoData where the user has none of that id: another's is none."""
        with self._lock:
            found = self._scans.get((user_id, scan_id))
            if found is None:
                hint = "scans are kept in memory for a while: ask again with POST /api/v1/scanner/scan"
                raise NoData(f"there is no scan {scan_id}", hint=hint)
            self._scans.move_to_end((user_id, scan_id))
            return found

    def of_tag(self, user_id: uuid.UUID, tag: str) -> Scan | None:
        """Return the user's own scan of a tag, if it is still there."""
        with self._lock:
            scan_id = self._ids.get((user_id, tag))
            return None if scan_id is None else self._scans[user_id, scan_id]

    def finding(self, tag: str) -> Finding | None:
        """Return what anybody's scan of a tag found."""
        with self._lock:
            return self._findings[tag][0] if tag in self._findings else None

    def keep(self, user_id: uuid.UUID, scan: Scan) -> Scan:
        """Keep a scan; return the one that the user has of this very finding already, if there is one."""
        tag = scan.finding.tag
        with self._lock:
            mine = self._ids.get((user_id, tag))
            if mine is not None and self._scans[user_id, mine].finding is scan.finding:
                self._scans.move_to_end((user_id, mine))
                return self._scans[user_id, mine]
            self._put(user_id, scan)
            while self._bytes > self._most and len(self._scans) > 1:
                self._drop(*next(iter(self._scans)))
            return scan

    def _put(self, user_id: uuid.UUID, scan: Scan) -> None:
        tag = scan.finding.tag
        self._scans[user_id, scan.scan_id] = scan
        self._ids[user_id, tag] = scan.scan_id
        self._bytes += len(scan.finding.rest)
        self._findings[tag] = (scan.finding, self._findings.get(tag, (scan.finding, 0))[1] + 1)

    def _drop(self, user_id: uuid.UUID, scan_id: str) -> None:
        scan = self._scans.pop((user_id, scan_id))
        tag = scan.finding.tag
        self._bytes -= len(scan.finding.rest)
        if self._ids.get((user_id, tag)) == scan_id:
            del self._ids[user_id, tag]
        finding, scans = self._findings[tag]
        if scans > 1:
            self._findings[tag] = finding, scans - 1
        else:
            del self._findings[tag]
