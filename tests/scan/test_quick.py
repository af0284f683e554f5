"""The two-phase scan as a whole: what is told in which order, what is shown, and what is compared."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from tapehawk.core.errors import NoData, UnknownName
from tapehawk.core.events import (
    AnalysisProgress,
    QuickScanComplete,
    StateChanged,
    SymbolAnalyzed,
    heard,
    spoken,
)
from tapehawk.scan import quick_wire
from tapehawk.scan.deepening import Limits
from tapehawk.scan.quick import QuickScanner
from tapehawk.scan.quick_board import SILENT, Boards
from tapehawk.scan.quick_changes import Seen, changes
from tapehawk.scan.quick_question import QuickQuestion
from tests.scan.market import days, fill, frame
from tests.scan.quick_market import AFTER_CLOSE, BARS, DOWN, UP, Clock, desk, stored
from tests.scan.workers import Desk

EVERYONE = QuickQuestion()
TWO = {"UPP": UP, "DWN": DOWN}
SECOND = int(AFTER_CLOSE.timestamp())


class Scanner:
    """A two-phase scanner over a store whose workers and clock the test holds."""

    def __init__(self, root, *, limits: Limits | None = None, own: str = "", **workers) -> None:
        self.clock, self.seconds = Clock(), 0.0
        self.told, self.heard = [], 0
        self.workers = Desk(limits or Limits(), **workers)
        self.boards = Boards(own, clock=lambda: self.seconds)
        self.scanner = QuickScanner(
            desk(root, self.clock), self._queue, self.told.append, now=self.clock, boards=self.boards
        )

    def _queue(self, tell, begun):
        queue = self.workers.queue
        queue._tell, queue._begun = tell, begun
        return queue

    def scan(self, *symbols: str, periodic: bool = False, owner: str = ""):
        return self.scanner.scan(QuickQuestion(symbols), periodic=periodic, owner=owner)

    def statuses(self) -> dict[str, str]:
        return {row["symbol"]: row["status"] for row in self.scanner.results()["signals"]}


@pytest.fixture
def at(tmp_path) -> Scanner:
    return Scanner(stored(tmp_path, **TWO))


# --------------------------------------------------------------------------------------------------- told


def test_s1_the_rows_are_in_the_answer_itself_and_told_before_anything_deep(at):
    scan = at.scan()
    at.workers.finish()
    assert scan.to_dict()["signals"] == scan.rows
    assert len(scan.rows) == 2
    assert scan.to_dict()["asOf"] == "2024-03-27T20:00:00Z"
    assert scan.to_dict()["dataVersion"].startswith("bars_1d@")
    assert at.told[0] == QuickScanComplete(scan.scan_id, tuple(scan.rows))
    assert [event.kind for event in at.told[1:]] == [
        "symbolAnalyzed", "symbolAnalyzed", "analysisProgress", "deepAnalysisComplete",
    ]  # fmt: skip


def test_s3_the_deep_analysis_of_a_symbol_is_its_own(at):
    at.scan()
    at.workers.finish()
    assert {event.symbol: event.deep_data["side"] for event in at.told if isinstance(event, SymbolAnalyzed)} == {
        "UPP": "BUY",
        "DWN": "SELL",
    }
    assert at.scanner.symbol("DWN")["deepAnalysis"] == {"side": "SELL"}
    assert at.scanner.symbol("DWN")["signal"]["symbol"] == "DWN"
    with pytest.raises(UnknownName):
        at.scanner.symbol("NOPE")


def test_events_have_the_names_of_the_wire(at):
    at.scan()
    at.workers.finish()
    at.told.append(StateChanged("UPP", "signal", "HOLD", "BUY"))
    said = [quick_wire.message(event) for event in at.told]
    assert [list(one) for one in said] == [
        ["type", "scanId", "signals"],
        ["type", "symbol", "scanId", "deepData"],
        ["type", "symbol", "scanId", "deepData"],
        ["type", "scanId", "processed", "remaining"],
        ["type", "scanId"],
        ["type", "symbol", "field", "from", "to"],
    ]
    json.dumps(said, allow_nan=False)


# --------------------------------------------------------------------------------------------------- shown


def test_a_row_goes_from_quick_scan_over_analyzing_to_complete(tmp_path):
    at = Scanner(stored(tmp_path, **TWO), limits=Limits(threads=1, first=1, most=1))
    at.scan()
    assert set(at.statuses().values()) == {"quick_scan"}
    at.workers.turn()
    assert sorted(at.statuses().values()) == ["analyzing", "quick_scan"]
    at.workers.work()
    at.workers.turn()
    assert sorted(at.statuses().values()) == ["analyzing", "complete"]
    at.workers.finish()
    assert set(at.statuses().values()) == {"complete"}


def test_a_row_whose_analysis_failed_is_a_quick_row_again_and_says_why(tmp_path):
    at = Scanner(stored(tmp_path, **TWO), fails={"UPP"})
    at.scan()
    at.workers.finish()
    assert at.statuses() == {"UPP": "quick_scan", "DWN": "complete"}
    assert at.scanner.symbol("UPP")["deepAnalysis"]["reason"].startswith("failed")


def test_a_new_scan_shows_its_own_rows_and_forgets_what_was_known_of_older_ones(at):
    at.scan()
    at.workers.finish()
    at.clock.forward(minutes=1)
    at.scan("UPP")
    assert at.statuses() == {"UPP": "quick_scan"}
    assert at.scanner.symbol("UPP")["deepAnalysis"]["reason"] == "not analysed yet"
    assert at.scanner.symbol("DWN")["deepAnalysis"] == {"side": "SELL"}


def test_what_is_told_of_an_older_scan_changes_no_row_of_a_newer_one(at):
    older = at.scan("UPP").scan_id
    at.clock.forward(minutes=1)
    at.scan("UPP")
    at.scanner.boards.of("").begun(older, ["UPP"])
    at.scanner.boards.of("").analyzed(SymbolAnalyzed("UPP", older, {"side": "SELL"}))
    assert at.statuses() == {"UPP": "quick_scan"}
    assert at.scanner.symbol("UPP")["deepAnalysis"]["reason"] == "not analysed yet"


def test_the_status_says_what_was_scanned_and_what_still_waits(at):
    assert at.scanner.scan_status()["status"]["currentScanId"] is None
    scan = at.scan()
    expected = {"scanId": scan.scan_id, "timestamp": f"{AFTER_CLOSE:%Y-%m-%dT%H:%M:%SZ}", "symbolCount": 2}
    standing = {
        "isScanning": False, "currentScanId": scan.scan_id, "signalsCount": 2, "backgroundQueueLength": 2,
        "analysesLost": 0, "symbolsTurnedAway": 0,
    }  # fmt: skip
    answer = at.scanner.results()
    assert answer["status"] == {**standing, "lastScan": expected}
    assert (answer["success"], answer["count"]) == (True, 2)
    status = at.scanner.scan_status()
    periodic = {"periodicScanningEnabled": False, "lastError": None}
    assert status == {"success": True, "status": {**standing, **periodic}, "history": [expected]}
    at.workers.finish()
    assert at.scanner.results()["status"]["backgroundQueueLength"] == 0


def test_the_history_keeps_the_last_ten_scans_newest_first(at):
    ids = []
    for _ in range(12):
        at.clock.forward(minutes=15)
        ids.append(at.scan().scan_id)
    assert [one["scanId"] for one in at.scanner.scan_status()["history"]] == ids[:1:-1]


def test_scans_of_one_second_have_names_of_their_own(at):
    assert [at.scan().scan_id for _ in range(3)] == [f"scan_{SECOND}", f"scan_{SECOND}_2", f"scan_{SECOND}_3"]
    at.clock.forward(seconds=1)
    assert at.scan().scan_id == f"scan_{SECOND + 1}"


def test_what_is_missing_is_in_the_answer_and_in_its_message(at):
    answer = at.scan("UPP", "NOPE").to_dict()
    assert answer["missing"] == [{"symbol": "NOPE", "reason": "not stored"}]
    assert answer["message"] == "1 symbol scanned, deep analysis goes on; 1 without a row"


def test_a_full_queue_is_in_the_message(tmp_path):
    at = Scanner(stored(tmp_path, **TWO), limits=Limits(room=1))
    assert at.scan().to_dict()["message"].endswith("1 not analysed: the queue is full")


def test_a_scan_that_finds_nobody_is_an_error_and_no_scan(at):
    with pytest.raises(NoData):
        at.scan("NOPE")
    assert at.scanner.scan_status()["history"] == []
    assert at.scanner.scan_status()["status"]["isScanning"] is False


# ------------------------------------------------------------------------------------------ several processes


@pytest.fixture
def pair(tmp_path) -> tuple[Scanner, Scanner]:
    """Return the scanners of two processes over one store."""
    root = stored(tmp_path, **TWO)
    return Scanner(root, own="aa"), Scanner(root, own="bb")


def hear_each_other(one: Scanner, other: Scanner) -> None:
    """Let each hear what both have told since, as the bus brings it: one's own as well, plain values."""
    for at in (one, other):
        for event in at.told[at.heard :]:
            for who in (one, other):
                who.boards.follow(heard(json.loads(json.dumps(spoken(event)))))
        at.heard = len(at.told)


def shown(at: Scanner, owner: str) -> tuple:
    status = at.scanner.results(owner)["status"]
    return at.scanner.results(owner)["signals"], status["currentScanId"], status["backgroundQueueLength"]


def test_whichever_process_is_asked_shows_the_same_scan_as_deep_as_it_is_by_now(pair):
    one, other = pair
    scan = one.scan(owner="ada")
    hear_each_other(one, other)
    assert shown(other, "ada") == (scan.rows, scan.scan_id, 0)
    assert other.scanner.scan_status("ada")["history"] == one.scanner.scan_status("ada")["history"]
    one.workers.finish()
    hear_each_other(one, other)
    assert shown(other, "ada") == shown(one, "ada")
    assert {row["status"] for row in other.scanner.results("ada")["signals"]} == {"complete"}
    assert other.scanner.symbol("DWN", "ada") == one.scanner.symbol("DWN", "ada")


def test_another_process_shows_nobody_what_is_somebody_elses(pair):
    one, other = pair
    one.scan(owner="ada")
    one.workers.finish()
    hear_each_other(one, other)
    assert other.scanner.results("bob")["signals"] == other.scanner.results()["signals"] == []
    with pytest.raises(UnknownName):
        other.scanner.symbol("UPP", "bob")


def test_scans_of_one_second_in_two_processes_have_names_of_their_own(pair):
    one, other = pair
    ids = [one.scan(owner="ada").scan_id, other.scan(owner="ada").scan_id, one.scan(owner="ada").scan_id]
    assert ids == [f"scan_{SECOND}_aa", f"scan_{SECOND}_bb", f"scan_{SECOND}_aa_2"]
    hear_each_other(one, other)
    assert {shown(at, "ada")[1] for at in pair} <= set(ids)


def test_what_comes_back_of_ones_own_scan_undoes_nothing(pair):
    one, other = pair
    one.scan()
    one.workers.finish()
    before = one.scanner.results()
    hear_each_other(one, other)
    assert one.scanner.results() == before


def test_what_waits_in_a_process_that_falls_silent_is_forgotten(pair):
    one, other = pair
    scan = one.scan()
    other.boards.follow(AnalysisProgress(scan.scan_id, 1, 7))
    assert other.scanner.results()["status"]["backgroundQueueLength"] == 7
    other.seconds += SILENT
    assert other.scanner.results()["status"]["backgroundQueueLength"] == 0


def test_a_periodic_scan_is_compared_with_the_one_before_whoever_made_it(pair, tmp_path):
    one, other = pair
    one.scan(periodic=True)
    hear_each_other(one, other)
    next_day(other, tmp_path, UPP=UP[-1][3] * 0.7, DWN=DOWN[-1][3] * 0.999)
    other.scan(periodic=True)
    hear_each_other(one, other)
    assert {("UPP", "signal"), ("UPP", "price")} <= {(symbol, field) for symbol, field, *_ in changed(other)}
    one.clock.at = other.clock.at
    one.scan(periodic=True)
    assert changed(one) == [], "nothing is told twice"


# ------------------------------------------------------------------------------------------------- compared


def changed(at: Scanner) -> list[tuple]:
    return [(e.symbol, e.field, e.before, e.after) for e in at.told if isinstance(e, StateChanged)]


def next_day(at: Scanner, root, **closes: float) -> None:
    """Store one more day."""
    day = days(BARS + 1)[-1]
    for symbol, close in closes.items():
        before = TWO[symbol][-1][3]
        fill(root, frame(symbol, [(before, max(before, close), min(before, close), close, 1e6)], [day]))
    at.clock.at = dt.datetime.combine(day, dt.time(23), dt.UTC)


def test_a_periodic_scan_tells_what_changed_since_the_one_before(tmp_path):
    at = Scanner(stored(tmp_path, **TWO))
    at.scan(periodic=True)
    assert changed(at) == []
    next_day(at, tmp_path, UPP=UP[-1][3] * 0.7, DWN=DOWN[-1][3] * 0.999)
    at.scan(periodic=True)
    (row,) = (row for row in at.scanner.results()["signals"] if row["symbol"] == "UPP")
    said = changed(at)
    assert ("UPP", "signal", "BUY", "SELL") in said
    assert ("UPP", "price", UP[-1][3], row["price"]) in said
    assert {symbol for symbol, *_ in said} == {"UPP"}


def test_strength_is_told_from_fifteen_points_on():
    def seen(strength):
        row = {"symbol": "A", "signal": "BUY", "strength": strength, "timestamp": "t", "price": 1.0}
        return Seen({"A": row}, {})

    assert list(changes(seen(60.0).rows, seen(74.9))) == []
    assert list(changes(seen(60.0).rows, seen(45.0))) == [StateChanged("A", "strength", 60.0, 45.0)]


@pytest.mark.parametrize(("atrs", "told"), [(0.5, False), (1.5, True), (-1.5, True)])
def test_a_price_that_moved_an_atr_is_told(tmp_path, atrs, told):
    at = Scanner(stored(tmp_path, **TWO))
    at.scan(periodic=True)
    atr = at.scanner._desk.answer(EVERYONE).latest["us"].values["atr"][1]
    next_day(at, tmp_path, UPP=UP[-1][3] + atrs * atr)
    at.scan(periodic=True)
    assert ("price" in {field for _, field, *_ in changed(at)}) is told


def test_a_split_is_no_move(tmp_path):
    at = Scanner(stored(tmp_path, **TWO))
    at.scan(periodic=True)
    day = days(BARS + 1)[-1]
    half = UP[-1][3] / 2
    fill(tmp_path, frame("UPP", [(half, half * 1.01, half * 0.99, half * 1.001, 2e6)], [day]), splits={"UPP": (day, 2)})
    at.clock.at = dt.datetime.combine(day, dt.time(23), dt.UTC)
    at.scan(periodic=True)
    assert at.scanner.symbol("UPP")["signal"]["price"] == half * 1.001
    assert "price" not in {field for _, field, *_ in changed(at)}


def test_what_a_person_asks_for_is_not_compared(tmp_path):
    at = Scanner(stored(tmp_path, **TWO))
    at.scan(periodic=True)
    next_day(at, tmp_path, UPP=UP[-1][3] * 0.7)
    at.scan(owner="ada")
    assert changed(at) == []
    at.scan(periodic=True)
    assert changed(at) != []


def test_a_periodic_scan_that_can_not_be_made_is_said_and_the_next_one_is_made(tmp_path):
    at = Scanner(tmp_path)
    at.scanner.scan_periodically(EVERYONE)
    assert "no 1d bars" in at.scanner.scan_status()["status"]["lastError"]
    stored(tmp_path, **TWO)
    at.scanner.scan_periodically(EVERYONE)
    status = at.scanner.scan_status()["status"]
    assert (status["lastError"], status["periodicScanningEnabled"], status["signalsCount"]) == (None, True, 2)
