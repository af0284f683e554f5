"""A range scan's rows as the API answers them, and what the store holds to be scanned."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import orjson
import polars as pl

from tapehawk.app.house import House
from tapehawk.app.range_scans import asked_of, progress_of
from tapehawk.core.errors import NoData
from tapehawk.core.instants import datetime_of
from tapehawk.core.series import MARKETS
from tapehawk.data.health import read_health
from tapehawk.data.store import Stored, read_symbols, stored_series
from tapehawk.records.jobs import COMPLETED, ENDED, FAILED
from tapehawk.records.owned import Row
from tapehawk.records.scans import inflated

TIMEFRAME: Final = "1d"


@dataclass(frozen=True)
class Answer:
    """A scan with its rows, as they stood at one moment; `tag` is another when the rows are, `age` in seconds."""

    scan: Row
    parts: list[bytes]
    now: dt.datetime

    @property
    def tag(self) -> str:
        """Name what is answered: the same name, the same answer but for its age."""
        scan = self.scan
        said = [scan["id"], scan["status"], scan["computed_at"], scan["results_found"], scan["message"]]
        return hashlib.sha256(orjson.dumps(said)).hexdigest()[:32]

    @property
    def age(self) -> int | None:
        """Return the seconds since the rows were computed."""
        at = self.scan["computed_at"]
        return None if at is None else max(0, int((self.now - at).total_seconds()))

    def written(self) -> Iterator[bytes]:
        """Yield the answer as JSON, piece by piece."""
        scan, report = self.scan, orjson.loads(self.scan["report"] or b'{"about": {}, "funnel": []}')
        first = {"success": scan["status"] != FAILED, "scan_id": scan["id"], "status": scan["status"]}
        known = {"scanner_type": scan["scanner_type"], "data_version": scan["data_version"]}
        asked = {"asked": asked_of(scan), "outcomes": report.get("outcomes")}
        yield orjson.dumps({**first, **known, **asked, **report["about"]})[:-1] + b',"results":['
        for number, part in enumerate(filter(None, map(inflated, self.parts))):
            yield (b"," if number else b"") + part
        yield b"]," + orjson.dumps(self._last(report["funnel"]))[1:]

    def _last(self, funnel: list[Any]) -> dict[str, Any]:
        scan, found = self.scan, self.scan["results_found"]
        took = progress_of(scan, self.now)["execution_time"]
        partly = f"{scan['status']}: {scan['message']}" if scan["status"] != COMPLETED else scan["message"]
        return {"total_found": found, "execution_time": took, "message": partly, "funnel": funnel, "age": self.age}


def answer(house: House, user_id: uuid.UUID, scan_id: str) -> Answer:
    """Return a user's scan with its rows. Raises NoData for another's."""
    with house.database.read(fresh=True) as records:
        mine = records.of(user_id).scans
        return Answer(mine.get(scan_id), mine.rows(scan_id), house.now())


def has_ended(scan: Row) -> bool:
    """Say whether nothing comes of a scan any more."""
    return scan["status"] in ENDED


def universe(house: House) -> dict[str, Any]:
    """Return what the store holds to be scanned: symbols by type and exchange, dates, when it was last synced."""
    store = house.known.store
    listed, series = read_symbols(store), list(_series(house))
    synced = [noted.provider.last_success_at for noted in read_health(store) if noted.provider.last_success_at]
    return {
        "total": sum(one.symbols for one in series),
        "by_type": _counts(listed, "type"),
        "by_exchange": _counts(listed, "exchange"),
        "first_date": min((one.first for one in series), default=None),
        "last_date": max((one.last for one in series), default=None),
        "last_sync": datetime_of(max(synced)) if synced else None,
    }


def _series(house: House) -> Iterator[Stored]:
    """Yield of each market the series that has the most symbols."""
    for market in MARKETS:
        try:
            yield max(stored_series(house.known.store, TIMEFRAME, market=market), key=lambda one: one.symbols)
        except NoData:
            continue


def _counts(listed: pl.DataFrame, column: str) -> dict[str, int]:
    if column not in listed.columns:
        return {}
    counted = listed.filter(pl.col(column).is_not_null()).group_by(column).agg(pl.col("symbol").n_unique().alias("n"))
    return dict(sorted(zip(counted[column].to_list(), counted["n"].to_list(), strict=True)))
