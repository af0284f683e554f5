"""What becomes of signals is told to those who want to know: once, all of it, and not too much of it."""

from __future__ import annotations

import datetime as dt
import threading
import uuid

import pytest
import sqlalchemy as sa

from tapehawk.notify.telling import tell
from tapehawk.records.tables import notifications, outbox, signals
from tests.notify.conftest import (
    NOW,
    a_channel,
    a_rule,
    a_user,
    change_signal,
    notifications_of,
    signal_row,
    write_signals,
)

HOOK = {"url": "https://example.org/hook", "secret": "0123456789abcdef"}


def at(seconds: float) -> dt.datetime:
    return NOW + dt.timedelta(seconds=seconds)


def look(database, seconds: float, most: int = 50) -> int:
    return tell(database, now=at(seconds), most=most)


def letters(database):
    with database.engine.connect() as connection:
        return [dict(row) for row in connection.execute(sa.select(outbox).order_by(outbox.c.created_at)).mappings()]


@pytest.fixture
def ada(database):
    look(database, -100)
    user_id = a_user(database)
    a_rule(database, user_id, "webhook", statuses=["active", "triggered", "closed"])
    a_channel(database, user_id, "webhook", HOOK)
    return user_id


def test_a_signal_is_told_once_however_often_one_looks(database, ada, told):
    write_signals(database, signal_row(ada, 1, at(0)))
    assert [look(database, n) for n in range(1, 4)] == [1, 0, 0]
    (note,) = told(ada)
    assert note["title"] == "BUY S00001: breakout, resistance break"
    assert "entry 10.5, stop 10, target1 11.5, confidence 50" in note["message"]
    assert [len(letter["notification_ids"]) for letter in letters(database)] == [1]


def test_what_was_there_before_anybody_listened_is_no_news(database):
    user_id = a_user(database)
    a_rule(database, user_id)
    write_signals(database, signal_row(user_id, 1, at(-4000)))
    assert look(database, 0) == look(database, 1) == 0


def test_every_status_is_told_even_those_between_two_looks(database, ada, told):
    write_signals(database, signal_row(ada, 1, at(0)))
    change_signal(database, 1, "triggered", at(1))
    change_signal(database, 1, "closed", at(2))
    assert look(database, 3) == 3
    assert {note["data"]["status"] for note in told(ada)} == {"active", "triggered", "closed"}
    assert look(database, 4) == 0


def test_what_is_told_late_of_long_ago_is_news_all_the_same(database, ada, told):
    """A scanner that was down finds out, and writes down, what happened meanwhile."""
    write_signals(database, signal_row(ada, 1, at(0)))
    look(database, 1)
    write_signals(database, signal_row(ada, 2, at(-5000), written_at=at(2)))
    change = {"status": "triggered", "at": at(-4000).isoformat()}
    with database.engine.begin() as connection:
        row = sa.select(signals).where(signals.c.setup_key.endswith("|2"))
        history = [*connection.execute(row).mappings().one()["history"], change]
        wanted = signals.update().where(signals.c.setup_key.endswith("|2"))
        connection.execute(wanted.values(history=history, status="triggered", written_at=at(3)))
    assert look(database, 4) == 2
    assert {note["data"]["at"] for note in told(ada)} == {at(n).isoformat() for n in (0, -5000, -4000)}


def test_when_a_row_was_written_is_kept_by_itself(database, ada):
    row = signal_row(ada, 1, at(-9000))
    del row["written_at"]
    write_signals(database, row)
    with database.engine.begin() as connection:
        first = connection.execute(sa.select(signals.c.written_at)).scalar_one()
        connection.execute(signals.update().values(status="expired"))
        second = connection.execute(sa.select(signals.c.written_at)).scalar_one()
    assert NOW < first < second


def test_nothing_is_lost_while_nobody_listens_and_nothing_is_told_again(database, ada, told):
    write_signals(database, signal_row(ada, 1, at(0)))
    look(database, 1)
    write_signals(database, *(signal_row(ada, n, at(n)) for n in range(2, 30)))  # hours without a listener
    change_signal(database, 1, "triggered", at(5000))
    assert look(database, 9000) == 29
    assert len(told(ada)) == 30


def test_a_row_that_becomes_visible_late_is_told_too(database, ada):
    write_signals(database, signal_row(ada, 1, at(30)))
    look(database, 31)
    write_signals(database, signal_row(ada, 2, at(10)))  # its transaction ended after the later one's
    assert look(database, 32) == 1
    assert look(database, 33) == 0


def test_two_who_listen_at_once_tell_it_once(database, ada, told):
    write_signals(database, *(signal_row(ada, n, at(n)) for n in range(40)))
    made = list[int]()
    threads = [threading.Thread(target=lambda: made.append(look(database, 50))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == [0, 0, 0, 40]
    assert len(told(ada)) == 40


def test_a_listener_that_dies_half_way_leaves_nothing_half_told(database, ada, told, monkeypatch):
    write_signals(database, signal_row(ada, 1, at(0)))
    with monkeypatch.context() as patch:
        patch.setattr("tapehawk.records.outbox.Letters.put", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            look(database, 1)
    assert told(ada) == letters(database) == []
    assert look(database, 2) == 1


def test_what_is_told_is_announced_to_its_user_once_it_is_on_record(database, ada, told):
    bob = a_user(database, "bob")
    a_rule(database, bob)
    write_signals(database, signal_row(ada, 1, at(0)), signal_row(bob, 2, at(0)))
    said = []

    def say(*events):
        for event in events:
            (kept,) = told(uuid.UUID(event.user_id))
            said.append((event.user_id, event.notification["id"] == str(kept["id"])))

    assert tell(database, now=at(1), most=50, say=say) == 2
    assert sorted(said) == sorted([(str(ada), True), (str(bob), True)])
    assert tell(database, now=at(2), most=50, say=say) == 0
    assert len(said) == 2


def test_one_that_counts_on_is_announced_anew_under_its_id(database, ada):
    said = []
    for burst in range(2):
        write_signals(database, *(signal_row(ada, burst * 10 + n, at(burst)) for n in range(3)))
        tell(database, now=at(burst + 1), most=1, say=lambda *events: said.extend(one.notification for one in events))
    counts = [(one["id"], one["data"]["count"]) for one in said if one["type"] == "more"]
    assert [count for _, count in counts] == [2, 5]
    assert len({id for id, _ in counts}) == 1


def test_what_is_not_kept_is_not_announced(database, ada, monkeypatch):
    write_signals(database, signal_row(ada, 1, at(0)))
    monkeypatch.setattr("tapehawk.records.outbox.Letters.put", lambda *_, **__: 1 / 0)
    said = []
    with pytest.raises(ZeroDivisionError):
        tell(database, now=at(1), most=50, say=lambda *events: said.extend(events))
    assert said == []


def test_nobody_is_told_of_anothers_signals(database, ada, told):
    bob = a_user(database, "bob")
    a_rule(database, bob)
    write_signals(database, signal_row(bob, 1, at(0)))
    look(database, 1)
    assert told(ada) == []
    assert len(told(bob)) == 1


def test_a_disabled_user_is_not_told(database, ada):
    with database.write() as records:
        records.users.change(ada, now=NOW, is_active=False)
    write_signals(database, signal_row(ada, 1, at(0)))
    assert look(database, 1) == 0


def test_who_has_no_rule_is_told_nothing(database):
    look(database, -100)
    user_id = a_user(database)
    write_signals(database, signal_row(user_id, 1, at(0)))
    assert look(database, 1) == 0


def test_a_watchlist_is_read_when_it_is_needed(database, told):
    look(database, -100)
    user_id = a_user(database)
    a_rule(database, user_id, watchlist=True)
    write_signals(database, signal_row(user_id, 1, at(0)), signal_row(user_id, 2, at(0)))
    with database.engine.begin() as connection:
        from tapehawk.records.tables import watchlists

        row = {"user_id": user_id, "added_at": NOW}
        connection.execute(watchlists.insert(), [{**row, "symbol": "S00001", "is_active": True}])
        connection.execute(watchlists.insert(), [{**row, "symbol": "S00002", "is_active": False}])
    look(database, 1)
    assert [note["data"]["symbol"] for note in told(user_id)] == ["S00001"]


def test_a_cooldown_holds_over_a_restart(database, told):
    look(database, -100)
    user_id = a_user(database)
    a_rule(database, user_id, cooldown=10)
    for n, seconds in enumerate([0, 300, 599, 600, 900]):
        write_signals(database, signal_row(user_id, n, at(seconds), symbol="AAPL"))
        look(database, seconds + 1)
    assert [note["data"]["setup_key"][-1] for note in told(user_id)] == ["0", "3"]


def test_ten_thousand_at_once_are_fifty_and_one_that_counts_the_rest(database, ada, told):
    rows = [signal_row(ada, n, at(0), confidence=n % 100) for n in range(10_000)]
    write_signals(database, *rows)
    assert look(database, 1) == 51
    notes = told(ada)
    (more,) = [note for note in notes if note["type"] == "more"]
    assert more["title"] == "and 9,950 more"
    assert {note["data"]["confidence"] for note in notes if note["type"] == "signal"} == {99.0}
    (letter,) = letters(database)
    assert len(letter["notification_ids"]) == 51


def test_what_is_above_the_limit_is_counted_on_and_makes_no_further_letters(database, ada, told):
    for burst in range(4):
        write_signals(database, *(signal_row(ada, 100 * burst + n, at(burst)) for n in range(10)))
        look(database, burst + 1, most=15)
    more = [note for note in told(ada) if note["type"] == "more"]
    assert [note["data"]["count"] for note in more] == [25]
    assert len(told(ada)) == 16
    assert len(letters(database)) <= 3


def test_the_limit_is_of_an_hour(database, ada):
    write_signals(database, *(signal_row(ada, n, at(0)) for n in range(20)))
    look(database, 1, most=10)
    write_signals(database, signal_row(ada, 99, at(3700)))
    look(database, 3701, most=10)
    assert len([note for note in notifications_of(database, ada) if note["type"] == "signal"]) == 11


def test_a_digest_is_one_letter(database, ada):
    with database.write() as records:
        wanted = {"time_zone": "UTC", "quiet_hours": None, "digest": {"every_minutes": 10, "at": None}}
        records.of(ada).notification_preferences.put(now=NOW, **wanted)
    for n in range(7):
        write_signals(database, signal_row(ada, n, at(n * 60)))
        look(database, n * 60 + 1)
    (letter,) = letters(database)
    assert len(letter["notification_ids"]) == 7
    assert letter["due_at"] == at(600)


def test_notes_and_letters_are_gone_with_their_user(database, ada):
    write_signals(database, signal_row(ada, 1, at(0)))
    look(database, 1)
    with database.engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM users"))
        counts = [
            connection.execute(sa.select(sa.func.count()).select_from(t)).scalar() for t in (notifications, outbox)
        ]
    assert counts == [0, 0]
