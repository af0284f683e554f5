"""Signals of users: kept once, followed for everybody, moved by hand by their own."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tapehawk.core.errors import BadInput, Conflict, NoData
from tapehawk.core.instants import microseconds, rfc3339
from tapehawk.core.signal_record import Change, SetupKey, Signal
from tapehawk.core.signal_shape import history_rows, plain_signal
from tapehawk.core.signal_states import ALLOWED, STATUSES
from tapehawk.records.signal_rows import became, row_of, shown
from tapehawk.records.signals import Wanted
from tests.records.conftest import NOW

AT = microseconds(NOW)
TRIGGERED = Change("triggered", AT + 60_000_000, price=101.5, bar=3.0)
CLOSED = Change("closed", AT + 120_000_000, "success", "target1", 104.25, 5.0, 1.5, -0.25, 1.75, 3)
EXPIRED = Change("expired", AT + 60_000_000, "no_trade", "no bar")


def signal(n: int = 0, *changes: Change, symbol: str = "AAPL", scanner: str = "breakout", **row: object) -> Signal:
    """Return a signal; `n` makes it another: its bar is n days later."""
    began = rfc3339(NOW + dt.timedelta(days=n))
    key = SetupKey(scanner, str(row.get("pattern", "resistance break")), symbol, "sim/sip", "1d", began)
    said = {
        "symbol": symbol, "scanner": scanner, "pattern": key.pattern, "direction": "BUY", "bar_time": began,
        "available_at": began, "phase": "regular", "entry": 101.12345678, "stop": 99.0, "target1": 104.25,
        "target2": 106.0, "confidence": 72.5, "score": 61.0, "volume": 2**40, "atr": 1.5, "rvol": 2.25,
        "position_size": 0.5, "risk_amount": 1000.0, "confluence_factors": [{"name": "trend", "factor": 1.1}],
        "labels": ["delayed"],
    }  # fmt: skip
    history = (Change("active", AT + n * 86_400_000_000), *changes)
    return Signal(key, "regular", "us", "live", "close", said | row, history, "v1")


def test_what_is_kept_is_given_as_the_terminal_gives_it(database, ada):
    one = signal(0, TRIGGERED, CLOSED)
    with database.write() as records:
        assert records.of(ada.id).signals.keep([one]) == 1
    with database.read() as records:
        (row,) = records.of(ada.id).signals.wanted(Wanted(), limit=10).items
        whole = records.of(ada.id).signals.get(row["id"])
    plain = {name: value for name, value in plain_signal(one).items() if name != "id"}
    given = {
        name: value.isoformat().replace("+00:00", "Z") if isinstance(value, dt.datetime) else value
        for name, value in row.items()
        if name != "id"
    }
    assert given == plain
    assert given["hypothetical_pnl"] == 1500.0
    assert shown(whole) == row
    assert whole["history"] == list(history_rows(one))


def test_what_has_no_number_is_null(database, ada):
    with database.write() as records:
        records.of(ada.id).signals.keep([signal(0, atr=math.nan, target2=math.inf, confidence=None, volume=None)])
        (row,) = records.of(ada.id).signals.page(limit=1).items
    assert [row[name] for name in ("atr", "target2", "confidence", "volume")] == [None] * 4


def test_kept_again_it_is_one_and_stays_as_it_was_said(database, ada, bob):
    with database.write() as records:
        assert records.of(ada.id).signals.keep([signal(), signal(1)]) == 2
        assert records.of(ada.id).signals.keep([signal(0, entry=1.0), signal(1), signal(2)]) == 1
        assert records.of(bob.id).signals.keep([signal()]) == 1
    with database.read() as records:
        rows = records.of(ada.id).signals.page(limit=10).items
    assert [row["entry_price"] for row in rows] == [101.12345678] * 3


def test_kept_again_it_goes_on(database, ada):
    with database.write() as records:
        mine = records.of(ada.id).signals
        mine.keep([signal()])
        mine.keep([signal(0, TRIGGERED)])
        assert mine.page(limit=1).items[0]["status"] == "triggered"
        mine.keep([signal(0, TRIGGERED, CLOSED)])
        mine.keep([signal(0, TRIGGERED)])  # told late
        (row,) = mine.page(limit=1).items
    assert (row["status"], row["outcome"], row["r"], row["exit_price"]) == ("closed", "success", 1.5, 104.25)
    assert [one["status"] for one in row["history"]] == ["active", "triggered", "closed"]


def test_everybodys_signals_follow_what_became_of_the_setup(database, ada, bob):
    with database.write() as records:
        records.of(ada.id).signals.keep([signal(), signal(1)])
        records.of(bob.id).signals.keep([signal()])
    with database.write() as records:
        assert len(records.signals.follow([signal(0, EXPIRED), signal(5, EXPIRED)])) == 2
        assert len(records.signals.follow([signal(0, EXPIRED)])) == 0
    with database.read() as records:
        assert [row["status"] for row in records.of(ada.id).signals.page(limit=9).items] == ["active", "expired"]
        assert [row["status"] for row in records.of(bob.id).signals.page(limit=9).items] == ["expired"]


def test_what_somebody_moved_by_hand_is_followed_no_more(database, ada, bob):
    with database.write() as records:
        for user in (ada, bob):
            records.of(user.id).signals.keep([signal()])
        (mine,) = records.of(ada.id).signals.page(limit=1).items
        records.of(ada.id).signals.move(mine["id"], "triggered", now=NOW)
        assert len(records.signals.follow([signal(0, TRIGGERED, CLOSED)])) == 1
    with database.read() as records:
        assert records.of(ada.id).signals.get(mine["id"])["status"] == "triggered"
        assert records.of(bob.id).signals.page(limit=1).items[0]["status"] == "closed"


@pytest.mark.parametrize("before", STATUSES)
@pytest.mark.parametrize("after", STATUSES)
def test_only_the_ways_of_a_signals_life_can_be_gone(database, ada, before, after):
    one = signal(0, *([Change(before, AT)] if before != "active" else []))
    with database.write() as records:
        records.of(ada.id).signals.keep([one])
        (row,) = records.of(ada.id).signals.page(limit=1).items
    if after in ALLOWED.get(before, ()):
        with database.write() as records:
            moved = records.of(ada.id).signals.move(row["id"], after, now=NOW)
        assert (moved["status"], moved["history"][-1]["reason"]) == (after, "by hand")
    else:
        with pytest.raises(Conflict), database.write() as records:
            records.of(ada.id).signals.move(row["id"], after, now=NOW)


def test_of_two_who_move_one_signal_one_is_told_so(database, ada, in_thread):
    with database.write() as records:
        records.of(ada.id).signals.keep([signal()])
        (row,) = records.of(ada.id).signals.page(limit=1).items

    def cancel() -> str:
        with database.write() as records:
            return records.of(ada.id).signals.move(row["id"], "cancelled", now=NOW)["status"]

    got = in_thread(*[cancel] * 4)
    assert got.count("cancelled") == 1
    assert sum(isinstance(one, Conflict) for one in got) == 3


def test_two_who_keep_the_same_at_once_keep_it_once(database, ada, in_thread):
    many = [signal(n) for n in range(60)]

    def keep(found):
        def run() -> int:
            with database.write() as records:
                return records.of(ada.id).signals.keep(found)

        return run

    assert sum(in_thread(keep(many), keep(many[::-1]), keep(many[30:]))) == 60


def test_a_thousand_are_kept_in_a_few_statements(database, ada):
    """Rows go in batches: one statement a row would take seconds on a server that is not on this machine."""
    from sqlalchemy import event

    statements = []
    event.listen(database.engine, "before_cursor_execute", lambda *said: statements.append(said[2]))
    many = [signal(n % 50, symbol=f"S{n}") for n in range(1000)]
    with database.write() as records:
        assert records.of(ada.id).signals.keep(many) == 1000
    first = len(statements)
    ended = [replace(one, history=(*one.history, EXPIRED)) for one in many]
    with database.write() as records:
        assert records.of(ada.id).signals.keep(ended) == 0
        assert {row["status"] for row in records.of(ada.id).signals.page(limit=1000).items} == {"expired"}
    assert first <= 5
    assert len(statements) - first <= 10


WANTED = [
    (Wanted(symbol="MSFT"), {2}),
    (Wanted(scanner="gap"), {3}),
    (Wanted(pattern="gap up"), {3}),
    (Wanted(direction="SELL"), {4}),
    (Wanted(status="expired"), {5}),
    (Wanted(min_confidence=72.5), {0, 1, 2, 3, 4, 5, 6}),
    (Wanted(min_confidence=72.6), {6}),
    (Wanted(min_confidence=0), {0, 1, 2, 3, 4, 5, 6, 7}),
    (Wanted(from_=dt.date(2026, 3, 8)), {6, 7}),
    (Wanted(to=dt.date(2026, 3, 3)), {0, 1}),
    (Wanted(from_=dt.date(2026, 3, 3), to=dt.date(2026, 3, 3)), {1}),
    (Wanted(from_=dt.date.min, to=dt.date.max, symbol="MSFT", direction="BUY"), {2}),
    (Wanted(symbol="msft"), set()),
    (Wanted(symbol="' OR 1=1 --"), set()),
]


@pytest.mark.parametrize(("wanted", "days"), WANTED)
def test_signals_are_found_by_what_is_wanted(database, ada, bob, wanted, days):
    with database.write() as records:
        records.of(ada.id).signals.keep([
            signal(0), signal(1), signal(2, symbol="MSFT"), signal(3, scanner="gap", pattern="gap up"),
            signal(4, direction="SELL"), signal(5, EXPIRED), signal(6, confidence=90.0), signal(7, confidence=None),
        ])  # fmt: skip
        records.of(bob.id).signals.keep([signal(n) for n in range(9)])
    with database.read() as records:
        found = records.of(ada.id).signals.wanted(wanted, limit=100).items
    assert [(row["bar_time"] - NOW).days for row in found] == sorted(days, reverse=True)


def test_dates_the_wrong_way_round_are_bad_input():
    with pytest.raises(BadInput):
        Wanted(from_=dt.date(2026, 3, 2), to=dt.date(2026, 3, 1))


def test_anothers_signal_is_none(database, ada, bob):
    with database.write() as records:
        records.of(ada.id).signals.keep([signal()])
        (row,) = records.of(ada.id).signals.page(limit=1).items
    for ask in (lambda mine: mine.get(row["id"]), lambda mine: mine.move(row["id"], "cancelled", now=NOW)):
        with pytest.raises(NoData), database.write() as records:
            ask(records.of(bob.id).signals)


CHANGES = st.lists(st.sampled_from([TRIGGERED, CLOSED, EXPIRED, Change("cancelled", AT), Change("active", AT)]))


@given(first=CHANGES, then=CHANGES)
def test_whatever_is_told_a_history_only_goes_the_ways_there_are(first, then):
    row = row_of(signal())
    for told in (first, then, first):
        row |= became(row, told) or {}
    ways = zip(row["history"], row["history"][1:], strict=False)
    assert all(after["status"] in ALLOWED.get(before["status"], ()) for before, after in ways)
    assert row["status"] == row["history"][-1]["status"]
    assert became(row, [*first, *then]) is None or not first
