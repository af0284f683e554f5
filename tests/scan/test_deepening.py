"""The second phase's queue: who comes first, who is heard once, and what is said of those who never are."""

from __future__ import annotations

from threading import Event as Flag

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tapehawk.core.errors import NoData
from tapehawk.core.events import AnalysisProgress, DeepAnalysisComplete, SymbolAnalyzed
from tapehawk.scan.deep_queue import PERIODIC, DeepQueue, Wish
from tapehawk.scan.deepening import LONGEST_PAUSE, MOST_LOST, Deepening, Limits
from tests.scan.workers import Desk

ONE = Limits(threads=1, first=1, most=1)


def ended(desk: Desk) -> list[str]:
    return [event.scan_id for event in desk.told if isinstance(event, DeepAnalysisComplete)]


# --------------------------------------------------------------------------------------------------- order


def test_the_strongest_come_first_and_those_without_a_side_last():
    queue = DeepQueue(10)
    queue.add(
        [Wish("s", "C", "HOLD", 50), Wish("s", "B", "SELL", 40), Wish("s", "A", "BUY", 90), Wish("s", "D", "BUY", 40)]
    )
    assert [wish.symbol for wish in queue.take(9)] == ["A", "B", "D", "C"]


def test_what_a_person_asked_for_comes_before_what_is_periodic():
    desk = Desk(ONE)
    desk.put("periodic", "A", "B", periodic=True)
    desk.put("asked", "C", "D")
    desk.finish()
    assert [list(batch) for batch in desk.asked] == [["C"], ["D"], ["A"], ["B"]]


def test_a_person_who_asks_while_batches_run_gets_the_next_one():
    desk = Desk(ONE)
    desk.put("periodic", *"ABC", periodic=True)
    desk.turn()
    desk.put("asked", "Z")
    desk.work()
    desk.turn()
    assert desk.begun[-1] == ("asked", ("Z",))


def test_who_asks_is_answered_before_the_next_batch_begins():
    desk = Desk(ONE)
    desk.put("s", *"AB")
    desk.turn()
    desk.now = 100.0
    with desk.queue.paused():
        desk.work()
        desk.turn()
        assert [list(batch) for batch in desk.asked] == [["A"]]
        assert not desk.pending
    desk.finish()
    assert [list(batch) for batch in desk.asked] == [["A"], ["B"]]


def test_those_who_ask_without_end_do_not_keep_batches_from_beginning():
    desk = Desk(ONE)
    desk.put("s", *"AB")
    desk.turn()
    with desk.queue.paused():
        desk.work()
        desk.now += LONGEST_PAUSE
        with desk.queue.paused():
            desk.turn()
        assert len(desk.pending) == 1


def test_batches_begin_small_so_that_the_first_result_is_soon_there_and_grow():
    desk = Desk(Limits(threads=1, first=2, most=8))
    desk.put("s", *(f"{number:03}" for number in range(30)))
    desk.finish()
    assert [len(batch) for batch in desk.asked] == [2, 4, 8, 8, 8]
    desk.put("t", *(f"{number:03}" for number in range(3)))
    desk.finish()
    assert len(desk.asked[5]) == 2


def test_each_symbol_is_analysed_for_its_own_side():
    desk = Desk()
    desk.queue.put([Wish("s", "A", "BUY", 60.0), Wish("s", "B", "SELL", 70.0)], "s")
    desk.finish()
    assert desk.results() == {"B": {"side": "SELL"}, "A": {"side": "BUY"}}


def test_a_batch_is_about_bars_of_one_timeframe():
    desk = Desk(Limits(threads=1, first=4, most=4))
    mixed = [
        Wish("s", name, "BUY", 90.0 - place, timeframe="5m" if place % 2 else "1d") for place, name in enumerate("ABCD")
    ]
    desk.queue.put(mixed, "s")
    desk.finish()
    assert list(zip(map(list, desk.asked), desk.bars, strict=True)) == [(["A", "C"], "1d"), (["B", "D"], "5m")]


# ------------------------------------------------------------------------------------------- what is told


def test_every_result_is_told_with_progress_and_the_end_last():
    desk = Desk(Limits(threads=1, first=2, most=2))
    desk.put("s", *"ABC")
    desk.finish()
    kinds = [type(event) for event in desk.told]
    assert kinds == [
        SymbolAnalyzed, SymbolAnalyzed, AnalysisProgress, SymbolAnalyzed, AnalysisProgress, DeepAnalysisComplete,
    ]  # fmt: skip
    progress = [(e.processed, e.remaining) for e in desk.told if isinstance(e, AnalysisProgress)]
    assert progress == [(2, 1), (3, 0)]
    assert ended(desk) == ["s"]


def test_a_scan_without_symbols_is_complete_at_once():
    desk = Desk()
    desk.put("s")
    desk.turn()
    assert ended(desk) == ["s"]


# --------------------------------------------------------------------------------------------- supersede


def test_a_symbol_waits_once_for_the_newest_scan_and_keeps_a_persons_urgency():
    queue = DeepQueue(10)
    queue.add([Wish("old", "A", "BUY", 60)])
    superseded, _ = queue.add([Wish("new", "A", "SELL", 70, PERIODIC), Wish("new", "B", "BUY", 99, PERIODIC)])
    assert [wish.scan_id for wish in superseded] == ["old"]
    assert [(wish.scan_id, wish.symbol, wish.side) for wish in queue.take(9)] == [
        ("new", "A", "SELL"),
        ("new", "B", "BUY"),
    ]


def test_a_wish_that_is_said_twice_is_one():
    queue, one = DeepQueue(10), Wish("1", "AAA", "BUY", 50.0)
    for wishes in ([one], [one, one]):
        queue.add(wishes)
    assert (len(queue), queue.take(10), queue.take(10)) == (1, [one], [])


def test_a_newer_scan_cancels_what_waits_of_an_older_one_which_ends():
    desk = Desk(ONE)
    desk.put("old", "A", "B", periodic=True)
    desk.put("new", "A", "B", periodic=True)
    desk.finish()
    assert desk.results("old") == {}
    assert set(desk.results("new")) == {"A", "B"}
    assert len(desk.asked) == 2
    assert ended(desk) == ["old", "new"]


def test_a_result_that_comes_after_a_newer_scan_asked_again_is_not_told():
    desk = Desk(ONE)
    desk.put("old", "A", "B")
    desk.turn()  # A of the old scan is being analysed
    desk.put("new", "A", side="SELL")
    desk.finish()
    assert desk.results("old") == {"B": {"side": "BUY"}}
    assert desk.results("new") == {"A": {"side": "SELL"}}
    assert sorted(ended(desk)) == ["new", "old"]


def test_scans_of_two_people_supersede_nothing_of_each_other_and_one_analysis_answers_both():
    desk = Desk(ONE)
    for owner in ("ada", "bob"):
        desk.queue.put([Wish(owner, "A", "BUY", 60.0, owner=owner), Wish(owner, "B", "BUY", 50.0, owner=owner)], owner)
    desk.finish()
    assert [list(batch) for batch in desk.asked] == [["A"], ["B"]]
    assert desk.results("ada") == desk.results("bob") == {"A": {"side": "BUY"}, "B": {"side": "BUY"}}
    assert ended(desk) == ["ada", "bob"]


def test_two_people_who_see_different_sides_of_a_symbol_are_answered_apart():
    desk = Desk()
    desk.queue.put([Wish("ada", "A", "BUY", 60.0, owner="ada")], "ada")
    desk.queue.put([Wish("bob", "A", "SELL", 60.0, owner="bob")], "bob")
    desk.finish()
    assert (desk.results("ada"), desk.results("bob")) == ({"A": {"side": "BUY"}}, {"A": {"side": "SELL"}})


# ---------------------------------------------------------------------------------------------- a full queue


def test_a_full_queue_turns_the_least_urgent_away_and_says_which():
    desk = Desk(Limits(room=3, threads=1, first=1, most=1))
    assert desk.put("periodic", "A", "B", "C", periodic=True) == 0
    assert desk.put("asked", "X", "Y") == 2
    assert desk.queue.status().waiting == 3
    assert desk.queue.status().turned_away == 2
    desk.finish()
    away = {symbol: parts for symbol, parts in desk.results().items() if parts.get("available") is False}
    assert away == {key: {"available": False, "reason": "turned away: the queue is full (3 symbols)"} for key in "BC"}
    assert set(desk.results()) == set("ABCXY")
    assert sorted(ended(desk)) == ["asked", "periodic"]


# ------------------------------------------------------------------------------------------------- failures


def test_a_symbol_whose_analysis_fails_says_so_and_spoils_no_other():
    desk = Desk(Limits(threads=1, first=4, most=4), fails={"B"}, silent={"C"})
    desk.put("s", *"ABCD")
    desk.finish()
    assert desk.results() == {
        "A": {"side": "BUY"},
        "B": {"available": False, "reason": "failed, a bug: ZeroDivisionError: B"},
        "C": {"available": False, "reason": "the analysis says nothing of it"},
        "D": {"side": "BUY"},
    }
    assert ended(desk) == ["s"]


def test_what_a_person_can_act_on_is_said_in_its_own_words():
    def analyse(symbols, sides, timeframe):
        raise NoData("no 1d bars")

    told, pending = [], []
    queue = Deepening(analyse, told.append, spawn=pending.append)
    queue.put([Wish("s", "A", "BUY", 60.0)], "s")
    queue.turn()
    pending.pop()()
    queue.turn()
    assert told[0].deep_data == {"available": False, "reason": "no 1d bars"}


# ----------------------------------------------------------------------------------------------------- slow


def test_a_slow_batch_is_said_to_be_late_and_the_others_go_on():
    desk = Desk(Limits(threads=1, first=1, most=1, patience=10))
    desk.put("s", "A", "B")
    assert desk.turn() == 10
    desk.now = 9.9
    assert desk.turn() == pytest.approx(0.1)
    assert desk.told == []
    desk.now = 10.0
    desk.turn()
    assert desk.results() == {"A": {"available": False, "reason": "it took longer than 10 s"}}
    assert desk.queue.status().lost == 1
    desk.work(1)
    desk.turn()
    assert desk.results()["B"] == {"side": "BUY"}
    assert ended(desk) == ["s"]


def test_a_slow_symbol_spoils_no_other_of_its_batch():
    """The batch is overdue as one; its symbols are tried again one by one, and only the slow one is late again."""
    desk = Desk(Limits(threads=1, first=4, most=4, patience=10))
    desk.put("s", *"ABCDEFGH")
    desk.turn()
    desk.now = 10
    desk.turn()  # the batch of A, B, C, D hangs for C
    assert desk.told == []
    for symbol in "ABCD":
        assert desk.begun[-1] == ("s", (symbol,))
        if symbol == "C":
            desk.now += 10
            desk.turn()
        else:
            desk.work(len(desk.pending) - 1)
            desk.turn()
    desk.work(len(desk.pending) - 1)
    desk.turn()
    late = {"available": False, "reason": "it took longer than 10 s"}
    assert desk.results() == {name: late if name == "C" else {"side": "BUY"} for name in "ABCDEFGH"}
    assert list(desk.asked[-1]) == list("EFGH"), "the others go on in batches"
    assert ended(desk) == ["s"]
    assert desk.queue.status().lost == 2


def test_of_an_overdue_batch_only_what_is_still_asked_for_is_tried_again():
    desk = Desk(Limits(threads=1, first=2, most=2, patience=10))
    desk.put("old", "A", "B")
    desk.turn()
    desk.put("new", "A", side="SELL")
    desk.now = 10
    desk.turn()
    desk.pending.pop(0)  # never comes back
    desk.finish()
    assert desk.results("old") == {"B": {"side": "BUY"}}
    assert desk.results("new") == {"A": {"side": "SELL"}}
    assert sorted(ended(desk)) == ["new", "old"]


def test_a_late_result_is_not_told_after_all_and_its_worker_is_counted_back():
    desk = Desk(Limits(threads=1, first=1, most=1, patience=10))
    desk.put("s", "A")
    desk.turn()
    desk.now = 11
    desk.turn()
    before = list(desk.told)
    desk.work()
    desk.turn()
    assert desk.told == before
    assert desk.queue.status().lost == 0


def test_where_batches_never_come_back_the_rest_is_turned_away_so_that_the_scan_ends():
    desk = Desk(Limits(threads=2, first=1, most=1, patience=10))
    desk.put("s", *"ABCDEFGHIJK")
    for _ in range(MOST_LOST // 2):
        desk.turn()
        desk.now += 10
    desk.turn()
    assert len(desk.asked) == 0
    assert len(desk.pending) == MOST_LOST
    assert set(desk.results()) == set("ABCDEFGHIJK")
    assert desk.results()["K"]["reason"] == f"not begun: {MOST_LOST} analyses have not come back"
    assert ended(desk) == ["s"]


# ------------------------------------------------------------------------------------------------- threads


def test_in_its_own_threads_it_tells_everything_in_order():
    told, done = [], Flag()

    def tell(event):
        told.append(event)
        if isinstance(event, DeepAnalysisComplete):
            done.set()

    queue = Deepening(lambda symbols, sides, _: {symbol: {"side": sides[symbol]} for symbol in symbols}, tell)
    queue.start()
    names = [f"{number:04}" for number in range(500)]
    queue.put([Wish("s", name, "BUY", 60.0) for name in names], "s")
    assert done.wait(60)
    queue.close()
    analyzed = [event.symbol for event in told if isinstance(event, SymbolAnalyzed)]
    assert sorted(analyzed) == names
    processed = [event.processed for event in told if isinstance(event, AnalysisProgress)]
    assert processed == sorted(processed)
    assert processed[-1] == 500


def test_a_listener_that_fails_loses_one_event_and_ends_nothing(caplog):
    told, done = [], Flag()

    def tell(event):
        told.append(event)
        if isinstance(event, DeepAnalysisComplete):
            done.set()
        if len(told) == 1:
            raise OSError("the reader has left")

    queue = Deepening(lambda symbols, sides, _: {symbol: {} for symbol in symbols}, tell)
    queue.put([Wish("s", name, "BUY", 60.0) for name in "ABC"], "s")
    queue.start()
    assert done.wait(60)
    queue.close()
    assert {event.symbol for event in told if isinstance(event, SymbolAnalyzed)} == set("ABC")
    assert "the reader has left" in caplog.text


# ---------------------------------------------------------------------------------------------------- laws


class AnyOrder(RuleBasedStateMachine):
    """Whatever happens in whichever order, every scan ends once and no symbol is told for a scan that lost it."""

    def __init__(self):
        super().__init__()
        self.desk = Desk(Limits(room=6, threads=2, first=1, most=3, patience=10), fails={"C"})
        self.scans = 0
        self.asked: dict[str, set[str]] = {}

    @rule(symbols=st.sets(st.sampled_from("ABCDEFGH"), max_size=8), periodic=st.booleans())
    def put(self, symbols, periodic):
        self.scans += 1
        self.asked[f"s{self.scans}"] = symbols
        self.desk.put(f"s{self.scans}", *sorted(symbols), periodic=periodic)

    @rule(place=st.integers(0, 5))
    def work(self, place):
        if self.desk.pending:
            self.desk.work(place % len(self.desk.pending))

    @rule()
    def turn(self):
        self.desk.turn()

    @rule(seconds=st.integers(1, 6))
    def wait(self, seconds):
        self.desk.now += seconds

    @invariant()
    def bounded(self):
        status = self.desk.queue.status()
        assert status.waiting <= 6
        assert len(self.desk.queue._state.running) <= 2

    @invariant()
    def nothing_is_told_twice_or_of_another_scan(self):
        told = [(e.scan_id, e.symbol) for e in self.desk.told if isinstance(e, SymbolAnalyzed)]
        assert len(told) == len(set(told))
        assert all(symbol in self.asked[scan] for scan, symbol in told)

    def teardown(self):
        self.desk.finish()
        assert sorted(ended(self.desk)) == sorted(self.asked)
        newest = {symbol: scan for scan, symbols in self.asked.items() for symbol in symbols}
        told = {(e.scan_id, e.symbol) for e in self.desk.told if isinstance(e, SymbolAnalyzed)}
        assert {(scan, symbol) for symbol, scan in newest.items()} <= told


AnyOrder.TestCase.settings = settings(max_examples=60, stateful_step_count=30)
TestAnyOrder = AnyOrder.TestCase
