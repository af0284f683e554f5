"""Finished scans put down for the other processes of a service, so that whichever is asked next knows them.

    scan:USER:ID ──► tag        finding:TAG ──► what was asked, and the answer

What was asked is put down as it was asked: with the same settings it is the same question.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import logging
import uuid
import zlib
from collections.abc import Callable
from typing import Any, Final

from tapehawk.app.asking import Asked
from tapehawk.app.kept_scans import Finding, Scan
from tapehawk.bus.shelf import Shelf
from tapehawk.core.errors import TryAgain
from tapehawk.scan.question import Question

SECONDS: Final = 3600
"""How long others know a scan; the process that made it may keep it longer."""
_DATES: Final = ("date", "start_date", "end_date")
_log = logging.getLogger("tapehawk.scans")


class SharedScans:
    """Scans on a shelf. `question`: what is asked, as a question."""

    def __init__(self, shelf: Shelf, question: Callable[[Asked], Question]) -> None:
        self._shelf, self._question = shelf, question

    def put(self, user_id: uuid.UUID, scan: Scan) -> None:
        """Let others know a user's scan; where they can't, only this process does."""
        if not self._shelf.is_shared:
            return
        finding = scan.finding
        try:
            self._shelf.put(f"finding:{finding.tag}", _written(finding), seconds=SECONDS)
            self._shelf.put(_name(user_id, scan.scan_id), finding.tag.encode(), seconds=SECONDS)
        except TryAgain as error:
            _log.warning("others do not know a scan", extra={"scan_id": scan.scan_id, "reason": error.message})

    def get(self, user_id: uuid.UUID, scan_id: str) -> Scan | None:
        """Return a user's scan that any process made. Raises TryAgain where that can't be told now."""
        tag = self._shelf.get(_name(user_id, scan_id))
        content = None if tag is None else self._shelf.get(f"finding:{tag.decode()}")
        return None if content is None else Scan(scan_id, self._read(content))

    def _read(self, content: bytes) -> Finding:
        about, _, rest = zlib.decompress(content).partition(b"\n")
        said: dict[str, Any] = json.loads(about)
        asked: dict[str, Any] = said.pop("asked")
        dates = {name: dt.date.fromisoformat(asked[name]) for name in _DATES if asked[name]}
        made = Asked(**{**asked, **dates})
        return Finding(**said, asked=made, question=self._question(made), rest=rest)


def _name(user_id: uuid.UUID, scan_id: str) -> str:
    return f"scan:{user_id}:{scan_id}"


def _written(finding: Finding) -> bytes:
    named = ("tag", "market", "as_of", "data_version", "made")
    about = {**{name: getattr(finding, name) for name in named}, "asked": dataclasses.asdict(finding.asked)}
    return zlib.compress(json.dumps(about, default=str).encode() + b"\n" + finding.rest, level=1)
