"""The log of signals: nothing twice, nothing half, one writer at a time, origins apart."""

from __future__ import annotations

import json
import os
import threading
from dataclasses import replace

import pytest

from tapehawk.core.errors import BadInput, TryAgain
from tapehawk.core.signal_record import LIVE, SIMULATED, Change, SetupKey, Signal, origin_of
from tapehawk.data import signal_log
from tapehawk.data.signal_log import Noted, SignalLog, logs


def signal(symbol="A", bar="2024-03-11T13:30:00Z", **facts) -> Signal:
    key = SetupKey("gap", "up", symbol, "us:test", "5m", bar)
    row = {"symbol": symbol, "direction": "BUY", "entry": 10.1, "labels": ["é", "x"], "score": None}
    return Signal(key, "regular", "us", LIVE, "close", row, (Change("active", 5),), **facts)


def noted(status: str, one: Signal | None = None, at: int = 9) -> Noted:
    return Noted(str((one or signal()).key), Change(status, at, "no_trade", "because"))


def test_a_signal_and_its_changes_are_read_back_as_they_were_written(tmp_path):
    log = SignalLog(tmp_path, LIVE)
    assert log.note([signal(data_version="v1")], [noted("triggered"), noted("closed", at=10)]) == []
    (read,) = SignalLog(tmp_path, LIVE).known().values()
    assert read == signal(data_version="v1").became(noted("triggered").change).became(noted("closed", at=10).change)
    assert read == log.known()[str(read.key)]


def test_the_same_signal_is_written_once_by_however_many(tmp_path):
    for _ in range(3):
        SignalLog(tmp_path, LIVE).note([signal(), signal()])
    assert (tmp_path / "signals/live.jsonl").read_text().count("\n") == 1


@pytest.mark.parametrize("status", ["active", "triggered", "closed"])
def test_a_change_that_is_not_allowed_is_given_back_and_not_written(tmp_path, status):
    log = SignalLog(tmp_path, LIVE)
    log.note([signal()], [noted("cancelled")])
    size = log.path.stat().st_size
    assert log.note([], [noted(status)]) == [noted(status)]
    assert log.path.stat().st_size == size


def test_a_change_of_a_signal_that_nobody_wrote_is_given_back(tmp_path):
    assert SignalLog(tmp_path, LIVE).note([], [noted("cancelled")]) == [noted("cancelled")]


def test_one_writer_sees_what_another_wrote_before_it_writes(tmp_path):
    one, other = SignalLog(tmp_path, LIVE), SignalLog(tmp_path, LIVE)
    one.note([signal()])
    other.note([], [noted("cancelled")])
    assert one.note([], [noted("triggered")]) == [noted("triggered")]
    assert one.known()[str(signal().key)].status == "cancelled"


def test_many_writers_at_once_write_whole_lines(tmp_path):
    def write(number: int) -> None:
        log = SignalLog(tmp_path, LIVE)
        for k in range(20):
            log.note([signal(f"S{number}-{k}"), signal("SAME", f"{k}")])

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    lines = (tmp_path / "signals/live.jsonl").read_text().splitlines()
    assert len({json.dumps(json.loads(line)) for line in lines}) == len(lines) == 100


def test_a_line_that_was_cut_short_is_no_line_and_the_next_one_is_whole(tmp_path):
    log = SignalLog(tmp_path, LIVE)
    log.note([signal("A")])
    log.note([signal("B")])
    with log.path.open("r+b") as file:
        file.truncate(log.path.stat().st_size - 7)
    again = SignalLog(tmp_path, LIVE)
    assert [one.key.symbol for one in again.known().values()] == ["A"]
    again.note([signal("B"), signal("C")])
    assert [one.key.symbol for one in SignalLog(tmp_path, LIVE).known().values()] == ["A", "B", "C"]


def test_what_is_written_while_somebody_reads_is_read_the_next_time(tmp_path, monkeypatch):
    reader, writer = SignalLog(tmp_path, LIVE), SignalLog(tmp_path, LIVE)
    writer.note([signal("A")])
    read_on = SignalLog._read_on

    def overtaken(self, file):
        read_on(self, file)
        if self is reader:
            writer.note([signal("B")], [noted("triggered", signal("A"))])

    with monkeypatch.context() as patch:
        patch.setattr(SignalLog, "_read_on", overtaken)
        first = reader.since(0, 100)
    then = reader.since(first.offset, 100)
    assert [(one.key.symbol, one.status) for one in first.signals] == [("A", "active")]
    assert {(one.key.symbol, one.status) for one in then.signals} == {("A", "triggered"), ("B", "active")}
    assert then.offset == writer.path.stat().st_size


def test_no_signal_is_passed_over_by_who_reads_on_while_others_write(tmp_path):
    names = [f"S{number}" for number in range(300)]
    reader, offset, seen = SignalLog(tmp_path, LIVE), 0, dict[str, str]()
    writer = SignalLog(tmp_path, LIVE)

    def write():
        for name in names:
            writer.note([signal(name)])
            writer.note([], [noted("triggered", signal(name))])

    writing = threading.Thread(target=write)
    writing.start()
    while writing.is_alive() or offset < writer.path.stat().st_size:
        read = reader.since(offset, 7)
        offset = read.offset
        seen |= {one.key.symbol: one.status for one in read.signals}
    assert seen == dict.fromkeys(names, "triggered")


def test_what_is_no_line_of_ours_is_passed_over(tmp_path):
    log = SignalLog(tmp_path, LIVE)
    log.note([signal()])
    with log.path.open("ab") as file:
        file.write(b'[]\n{"signal": 3}\n{"key": "gone", "change": {}}\n\n\xff\n')
    assert len(SignalLog(tmp_path, LIVE).known()) == 1


def test_a_full_disk_leaves_no_half_line_and_says_try_again(tmp_path, monkeypatch):
    log = SignalLog(tmp_path, LIVE)
    log.note([signal("A")])
    size, write = log.path.stat().st_size, os.pwrite

    def full(file, data, at):
        write(file, data[:5], at)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(signal_log.os, "pwrite", full)
    with pytest.raises(TryAgain):
        log.note([signal("B")])
    monkeypatch.undo()
    assert log.path.stat().st_size == size
    log.note([signal("B")])
    assert len(SignalLog(tmp_path, LIVE).known()) == 2


def test_a_store_that_may_not_be_written_to_is_bad_input(tmp_path):
    (tmp_path / "signals").write_text("a file")
    with pytest.raises(BadInput):
        SignalLog(tmp_path, LIVE).note([signal()])


def test_origins_have_files_of_their_own(tmp_path):
    assert [log.path.name for log in logs(tmp_path)] == ["live.jsonl", "simulated.jsonl"]
    SignalLog(tmp_path, SIMULATED).note([signal()])
    assert not SignalLog(tmp_path, LIVE).known()
    assert [origin_of(labels) for labels in ([], ["intrabar"], ["simulated", "intrabar"])] == [LIVE, LIVE, SIMULATED]


def test_an_id_is_short_and_the_keys_own():
    assert signal().id == signal(data_version="x").id != signal("B").id
    assert len(signal().id) == 12


def test_a_line_longer_than_what_is_read_at_a_time_hides_nothing_behind_it(tmp_path, monkeypatch):
    monkeypatch.setattr(signal_log, "PIECE", 64)
    log = SignalLog(tmp_path, LIVE)
    log.note([signal("AAA")])
    with log.path.open("ab") as file:
        file.write(b"x" * 1000 + b"\n")
    SignalLog(tmp_path, LIVE).note([signal("BBB")])
    assert [one.key.symbol for one in SignalLog(tmp_path, LIVE).known().values()] == ["AAA", "BBB"]


def test_a_number_that_is_none_is_not_written_as_no_number(tmp_path):
    one = signal()
    with pytest.raises(ValueError, match="JSON"):
        SignalLog(tmp_path, LIVE).note([replace(one, row={**one.row, "entry": float("nan")})])
