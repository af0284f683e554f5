"""Range scans: what was asked, how far it is, and the rows, part by part.

A scan's work is a job of the same id; who computes changes both in one transaction, so that a worker that lost the job
can not change the scan either. Rows are what the API answers: bytes of JSON without the brackets, deflated.
"""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar, NamedTuple

import sqlalchemy as sa

from tapehawk.core.errors import NoData
from tapehawk.records.owned import OwnedRows, Row
from tapehawk.records.tables import scan_results, scans


class Part(NamedTuple):
    """Some rows of a scan; `found`: what they were made of, None once the scan is whole."""

    number: int
    rows: bytes
    n_rows: int
    found: bytes | None = None


class Scans:
    """Everybody's scans, for who computes them."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def get(self, id: str) -> Row:
        """Return a scan. Raises NoData where there is none (any more)."""
        row = self._connection.execute(sa.select(scans).where(scans.c.id == id)).mappings().one_or_none()
        if row is None:
            raise NoData(f"there is no scan {id}")
        return dict(row)

    def change(self, id: str, **values: object) -> None:
        """Change a scan; one that is gone stays gone."""
        self._connection.execute(scans.update().where(scans.c.id == id).values(**values))

    def found(self, id: str) -> dict[int, bytes]:
        """Return what the search found in each part that is computed."""
        mine = sa.and_(scan_results.c.scan_id == id, scan_results.c.found.is_not(None))
        rows = self._connection.execute(sa.select(scan_results.c.part, scan_results.c.found).where(mine))
        return {part: bytes(found) for part, found in rows}

    def add_part(self, id: str, part: Part) -> None:
        """Add a part that was computed."""
        self._connection.execute(scan_results.insert().values(scan_id=id, **_row(part)))

    def replace_parts(self, id: str, parts: Iterable[Part]) -> None:
        """Put these parts in the place of all there are."""
        self._connection.execute(scan_results.delete().where(scan_results.c.scan_id == id))
        for part in parts:
            self.add_part(id, part)

    def same(self, question_key: str, data_version: str, *, since: dt.datetime) -> Row | None:
        """Return the last whole scan of the same question and data that was computed since a time, whoever asked."""
        wanted = sa.select(scans).where(
            scans.c.question_key == question_key,
            scans.c.data_version == data_version,
            scans.c.computed_at >= since,
            scans.c.status == "completed",
        )
        row = self._connection.execute(wanted.order_by(scans.c.computed_at.desc()).limit(1)).mappings().first()
        return None if row is None else dict(row)

    def copy(self, source: str, id: str) -> None:
        """Give a scan the rows and the report of another."""
        old, new = scans.alias("old"), scan_results
        self.replace_parts(id, ())
        rows = sa.select(sa.literal(id), new.c.part, new.c.rows, new.c.n_rows).where(new.c.scan_id == source)
        self._connection.execute(new.insert().from_select(["scan_id", "part", "rows", "n_rows"], rows))
        same = ("report", "computed_at", "execution_time", "results_found", "parts", "total_tickers")
        values = {name: sa.select(old.c[name]).where(old.c.id == source).scalar_subquery() for name in same}
        self.change(id, processed_tickers=values["total_tickers"], **values)


class OwnedScans(OwnedRows):
    """A user's own."""

    table: ClassVar[sa.Table] = scans
    noun: ClassVar[str] = "scan"

    def waiting(self) -> int:
        """Count those that wait for their turn."""
        wanted = sa.select(sa.func.count()).select_from(scans).where(self._is_mine, scans.c.status == "queued")
        return self._connection.execute(wanted).scalar_one()

    def rows(self, id: str) -> list[bytes]:
        """Return the rows of each of a scan's parts, in order, deflated: see `inflated`."""
        wanted = sa.select(scan_results.c.rows).join(scans).where(self._is_mine, scans.c.id == id)
        return [bytes(rows) for rows in self._connection.execute(wanted.order_by(scan_results.c.part)).scalars()]


def inflated(rows: bytes) -> bytes:
    """Return the rows of a part: JSON without the brackets."""
    return zlib.decompress(rows)


def _row(part: Part) -> Mapping[str, Any]:
    return {"part": part.number, "rows": zlib.compress(part.rows, 1), "n_rows": part.n_rows, "found": part.found}


def chunks(rows: Iterable[bytes], size: int) -> Iterator[Part]:
    """Yield rows (each JSON) as parts of so many."""
    waiting: list[bytes] = []
    number = 0
    for row in rows:
        waiting.append(row)
        if len(waiting) == size:
            yield Part(number, b",".join(waiting), size)
            waiting, number = [], number + 1
    if waiting:
        yield Part(number, b",".join(waiting), len(waiting))
