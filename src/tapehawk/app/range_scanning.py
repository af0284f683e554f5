"""Computing a range scan: a job in parts of the universe, which goes on behind the parts that are there.

    the same question of the same data, computed a while ago ──► its rows
    else  part after part: found ──► kept with its rows and the progress, in one transaction ──► told
          all parts together ──► the report of one scan of the whole, in the place of the parts' rows

A part's rows are shown until then: limits and orders are those of the part. What is kept of a part is what the search
found, so the report of all of them is, to the last byte, that of a scan which was never interrupted.
"""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

import orjson

from tapehawk.app.house import House
from tapehawk.app.range_outcomes import outcomes_of
from tapehawk.app.range_scans import desk_of, progress_of, question_of
from tapehawk.app.telemetry import RANGE, STOPPED
from tapehawk.core.errors import BadInput, NoData, TapehawkError
from tapehawk.core.events import ScanProgress
from tapehawk.core.scanner import Scanner
from tapehawk.core.watch import Found
from tapehawk.jobs.kinds import Kind
from tapehawk.jobs.run import Run, Stopped
from tapehawk.records.jobs import COMPLETED, ENDED, QUEUED, RUNNING, Job
from tapehawk.records.owned import Row
from tapehawk.records.records import Records
from tapehawk.records.scans import Part, chunks
from tapehawk.scan.desk import Desk
from tapehawk.scan.finds import packed, together, unpacked
from tapehawk.scan.looking import Look, look_for
from tapehawk.scan.report import Report

ATTEMPTS: Final = 5
ROWS_A_CHUNK: Final = 2_000
ROWS_TOLD: Final = 100
_BESIDE: Final = ("results", "hits", "funnel", "scan_id", "success", "total_found", "execution_time", "message")
_log = logging.getLogger("tapehawk.scans")


def kind(house: House) -> Kind:
    """Return the kind of job that a range scan is."""
    api = house.known.api
    return Kind(
        partial(scan, house),
        at_once=api.max_concurrent_scans,
        timeout=api.scan_timeout_minutes * 60,
        attempts=ATTEMPTS,
        recorded=partial(recorded, house),
        told=partial(told, house),
    )


def scan(house: House, payload: Mapping[str, Any], run: Run, _is_cancelled: Callable[[], bool]) -> dict[str, Any]:
    """Compute a scan's rows; what is there already is not computed again. Raises what a desk raises."""
    scan_id = str(payload["scan_id"])
    with house.database.read(fresh=True) as records:
        row = records.scans.get(scan_id)
    if row["computed_at"] is None and not _copied(house, row, run):
        _counted(house, row, run)
    with house.database.read(fresh=True) as records:
        return {"scan_id": scan_id, "results_found": records.scans.get(scan_id)["results_found"]}


def _counted(house: House, row: Row, run: Run) -> None:
    with house.telemetry.scanning(RANGE, row["scanner_type"]) as counted:
        try:
            counted.bars = _Scanning.of(house, row, run).whole()
        except Stopped:
            counted.outcome = STOPPED
            raise


def recorded(house: House, records: Records, job: Job) -> None:
    """Let a scan's row say what became of its job."""
    now, row = house.now(), records.scans
    if job.state == RUNNING and not job.cancel_requested:
        before = row.get(job.id)
        row.change(job.id, status=RUNNING, message="begins", started_at=before["started_at"] or now)
    elif job.state == RUNNING:
        row.change(job.id, message="is being cancelled")
    elif job.state == QUEUED and job.attempt:
        row.change(job.id, status=QUEUED, message=f"waits to go on: {job.error}" if job.error else "waits to go on")
    elif job.state in ENDED:
        row.change(job.id, finished_at=now, status=job.state, **_came_to(row.get(job.id), job, now))


def told(house: House, job: Job) -> None:
    """Tell what became of a job; who is not told looks at the scan."""
    try:
        with house.database.read(fresh=True) as records:
            row = records.scans.get(job.id)
    except TapehawkError as error:
        _log.warning("nobody is told of a scan", extra={"scan_id": job.id, "reason": error.message})
        return
    house.broadcast.say(news(row, house.now()))


def standing(house: House, user_id: uuid.UUID, scan_id: str) -> ScanProgress:
    """Return how a user's scan stands, as news. Raises NoData for another's."""
    with house.database.read(fresh=True) as records:
        return news(records.of(user_id).scans.get(scan_id), house.now())


def news(row: Row, now: dt.datetime) -> ScanProgress:
    """Return how a scan stands, as news."""
    kinds = {COMPLETED: "complete", QUEUED: "progress", RUNNING: "progress"}
    return _news(row, kinds.get(row["status"], "error"), plain_of(progress_of(row, now)))


def plain_of(values: object) -> Any:  # noqa: ANN401  JSON
    """Return values as JSON has them: times and dates as text."""
    return orjson.loads(orjson.dumps(values, option=orjson.OPT_UTC_Z))


def _news(row: Row, type_: str, data: Mapping[str, Any]) -> ScanProgress:
    return ScanProgress(row["id"], str(row["user_id"]), type_, data)


def _came_to(row: Row, job: Job, now: dt.datetime) -> dict[str, Any]:
    began = row["started_at"]
    took = row["execution_time"] if began is None or row["execution_time"] else (now - began).total_seconds()
    if job.state == COMPLETED:
        done = {"progress_percent": 100.0, "processed_tickers": row["total_tickers"], "current_ticker": None}
        return {"message": f"{row['results_found']:,} rows", "execution_time": took, **done}
    kept = f"; {row['results_found']:,} rows were found by then" if began else ""
    return {"message": f"{job.error or job.state}{kept}", "execution_time": took}


def _copied(house: House, row: Row, run: Run) -> bool:
    """Say whether the answer to the same question was there, and is now this scan's."""
    default = house.known.default
    if not default.enable_caching or not default.cache_ttl:
        return False
    since = house.now() - dt.timedelta(seconds=default.cache_ttl)

    def copied(records: Records) -> bool:
        same = records.scans.same(row["question_key"], row["data_version"], since=since)
        if same:
            records.scans.copy(same["id"], row["id"])
        return same is not None

    return run.write(copied, 0.0, "looks for the same answer")


@dataclass(frozen=True)
class _Scanning:
    """A scan that is being computed."""

    house: House
    row: Row
    run: Run
    desk: Desk
    scanner: Scanner
    look: Look

    @classmethod
    def of(cls, house: House, row: Row, run: Run) -> _Scanning:
        """Open the bars: those of the data version that was asked, else the newest ones."""
        desk, question = desk_of(house, row["question"]), question_of(row["question"], row["data_version"])
        scanner = desk.scanner(question)
        try:
            bars = desk.asked(question)
        except NoData:  # that version is not kept any more
            bars = desk.asked(replace(question, version=None))
        return cls(house, row, run, desk, scanner, look_for([scanner], question, bars))

    def whole(self) -> int:
        """Compute what is missing, and the report of all of it; return how many bars were looked at."""
        parts, starts, bars = self.look.parts(), self.look.panel.starts, 0
        found = self._kept(parts)
        for number, part in enumerate(parts):
            if number not in found:
                self.run.check()
                found[number] = self._computed(number, parts)
                bars += int(starts[part.stop] - starts[part.start])
        report = self.desk.report(self.scanner, together([found[number] for number in range(len(parts))]), self.look)
        self._finish(report)
        return bars

    # parts

    def _kept(self, parts: tuple[range, ...]) -> dict[int, list[Found]]:
        """Return the finds of parts that were computed before: all of the same bars and cut, or none."""
        version = self.look.panel.data_version
        with self.house.database.read(fresh=True) as records:
            row, kept = records.scans.get(self.row["id"]), records.scans.found(self.row["id"])
        like = self.look.find_in(range(0))
        try:
            if kept and (row["data_version"], row["parts"]) == (version, len(parts)):
                return {number: unpacked(data, like) for number, data in kept.items()}
        except BadInput:
            _log.warning("a scan begins anew: its parts are another version's", extra={"scan_id": row["id"]})
        about = {"data_version": version, "parts": len(parts), "results_found": 0, "processed_tickers": 0}
        self._write(lambda records: records.scans.replace_parts(row["id"], ()), 0.0, f"0 of {len(parts)} parts", about)
        return {}

    def _computed(self, number: int, parts: tuple[range, ...]) -> list[Found]:
        """Compute a part, and keep it."""
        part, id = parts[number], self.row["id"]
        found = self.look.find_in(part, threads=self.desk.threads)
        rows = list(_json(self.desk.partly(self.scanner, found, self.look)))
        kept = Part(number, b",".join(rows), len(rows), packed(found))
        total, symbols = len(self.look.panel.symbols), self.look.panel.symbols
        about = {"current_ticker": symbols[part.stop - 1], "processed_tickers": part.stop, "total_tickers": total}

        def keep(records: Records) -> None:
            records.scans.add_part(id, kept)
            before = records.scans.get(id)["results_found"]
            records.scans.change(id, results_found=before + len(rows))

        self._write(keep, 99.0 * part.stop / total, f"{number + 1} of {len(parts)} parts", about)
        self._tell(rows)
        return found

    def _tell(self, rows: list[bytes]) -> None:
        """Tell the progress, and what was found in a part."""
        with self.house.database.read(fresh=True) as records:
            row = records.scans.get(self.row["id"])
        if rows:
            shown = [orjson.loads(one) for one in rows[:ROWS_TOLD]]
            data = {"results": shown, "found": len(rows), "results_found": row["results_found"]}
            self.house.broadcast.say(_news(row, "result", data))
        self.house.broadcast.say(news(row, self.house.now()))

    # the end

    def _finish(self, report: Report) -> None:
        """Put the report's rows in the place of the parts'."""
        said, id, now = report.to_dict(), self.row["id"], self.house.now()
        about = {name: value for name, value in said.items() if name not in _BESIDE}
        came = outcomes_of(report, self.look.asked)
        beside = orjson.dumps({"about": about, "funnel": said["funnel"], "outcomes": came})
        rows = list(chunks(map(orjson.dumps, said["results"]), ROWS_A_CHUNK))
        done = {"computed_at": now, "report": beside, "results_found": said["total_found"]}
        self._write(lambda records: records.scans.replace_parts(id, rows), 99.0, f"{said['total_found']:,} rows", done)

    def _write(
        self, change: Callable[[Records], None], percent: float, message: str, about: Mapping[str, object]
    ) -> None:
        def changed(records: Records) -> None:
            change(records)
            records.scans.change(self.row["id"], progress_percent=percent, message=message, **about)

        self.run.write(changed, percent, message)


def _json(report: Report) -> Iterator[bytes]:
    return map(orjson.dumps, report.results)
