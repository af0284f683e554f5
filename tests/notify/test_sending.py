"""Letters go out once, later when they must, and somebody is told when they can't."""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import dataclass, field

import pytest
import sqlalchemy as sa

from tapehawk.core.errors import TryAgain
from tapehawk.notify.sending import ATTEMPTS, LEASE, Sender
from tapehawk.records.tables import channels, outbox, users
from tests.notify.conftest import NOW, a_channel, a_user, notifications_of
from tests.notify.far_sides import far_side

MINUTE = dt.timedelta(minutes=1)


@dataclass
class Office:
    """A database, a far side, and a sender whose clock is moved by hand."""

    database: object
    side: object
    now: dt.datetime = NOW
    users: dict[str, object] = field(default_factory=dict)
    naps: list[float] = field(default_factory=list)
    said: list[object] = field(default_factory=list)

    def user(self, name: str = "ada"):
        if name not in self.users:
            self.users[name] = a_user(self.database, name)
            a_channel(self.database, self.users[name], self.side.kind, self.side.address)
        return self.users[name]

    def write(self, number: int, name: str = "ada", due: dt.datetime | None = None) -> None:
        user_id = self.user(name)
        told = {"type": "signal", "title": f"BUY S{number}", "message": "entry 1", "data": {}}
        with self.database.write() as records:
            owned = records.of(user_id)
            rows = owned.notifications.add_all([{**told, "dedup_key": f"k{number}", "created_at": self.now}])
            ids = [str(row["id"]) for row in rows.values()]
            owned.letters.put(self.side.kind, f"now:{number}", ids, due_at=due or self.now, now=self.now)

    @property
    def sender(self) -> Sender:
        return Sender(self.database, self.side.means, lambda: self.now, self.naps.append, self.say)

    def say(self, *events: object) -> None:
        self.said += events

    def send_all(self) -> int:
        sender, count = self.sender, 0
        while sender.send_one():
            count += 1
        return count

    def rows(self):
        with self.database.engine.connect() as connection:
            found = connection.execute(sa.select(outbox).order_by(outbox.c.created_at, outbox.c.dedup_key))
            return [dict(row) for row in found.mappings()]

    @property
    def received(self) -> list[str]:
        return [taken.json["title"] for taken in self.side.receiver.taken]


@pytest.fixture
def office(database):
    with far_side("webhook") as side:
        yield Office(database, side)


def test_a_letter_is_sent_once_and_its_receipt_is_kept(office):
    office.write(1)
    assert office.send_all() == 1
    assert office.send_all() == 0
    (row,) = office.rows()
    assert (row["state"], row["attempt"], row["sent_at"]) == ("sent", 1, NOW)
    assert row["receipt"].startswith("200")
    assert office.side.receiver.taken[0].headers["tapehawk-delivery"] == str(row["id"])


def test_it_is_not_sent_before_it_is_due(office):
    office.write(1, due=NOW + MINUTE)
    assert office.send_all() == 0
    office.now += MINUTE
    assert office.send_all() == 1


def test_a_channel_that_is_down_for_an_hour_loses_nothing_and_repeats_nothing(office):
    office.side.receiver.refuse(503)
    for minute in range(90):
        if minute == 60:
            office.side.receiver.refuse(200, b"{}")
        if minute < 70:
            office.write(minute)
        office.send_all()
        office.now += MINUTE
    office.now += dt.timedelta(hours=1)
    office.send_all()
    assert sorted(office.received) == sorted(f"BUY S{n}" for n in range(70))
    assert {row["state"] for row in office.rows()} == {"sent"}
    assert len(office.side.receiver.seen) - 70 < 20  # it is asked now and then, not once a letter


def test_a_429_is_waited_out(office):
    office.write(1)
    office.write(2)
    office.side.receiver.refuse(429, Retry_After="900")
    assert office.send_all() == 1
    office.side.receiver.refuse(200, b"{}")
    office.now += 14 * MINUTE
    assert office.send_all() == 0
    office.now += MINUTE
    assert office.send_all() == 2
    assert sorted(office.received) == ["BUY S1", "BUY S2"]


def test_a_refusal_ends_it_and_its_reader_is_told_once_a_day(office):
    office.side.receiver.refuse(410, b"gone")
    office.write(1)
    office.write(2)
    office.send_all()
    assert [(row["state"], row["attempt"]) for row in office.rows()] == [("failed", 1)] * 2
    told = [note for note in notifications_of(office.database, office.user()) if note["type"] == "channel"]
    assert [(note["title"], "410 gone" in note["message"]) for note in told] == [("webhook: not delivered", True)]
    assert [one.notification["id"] for one in office.said] == [str(note["id"]) for note in told]


def test_trouble_that_does_not_end_ends_the_letter(office):
    office.side.receiver.refuse(500)
    office.write(1)
    for _ in range(40):
        office.send_all()
        office.now += dt.timedelta(hours=2)
    (row,) = office.rows()
    assert (row["state"], row["attempt"]) == ("failed", ATTEMPTS)
    assert row["due_at"] - NOW > dt.timedelta(hours=18)


def test_a_letter_that_never_arrives_keeps_no_others_from_arriving(office):
    office.write(0)
    office.side.receiver.on_request = lambda taken: office.side.receiver.refuse(
        500 if taken.json["title"] == "BUY S0" else 200, b"{}"
    )
    for minute in range(1, 120):
        office.send_all()
        office.write(minute)
        office.now += MINUTE
    office.now += 6 * MINUTE
    office.send_all()
    assert sorted(office.received) == sorted(f"BUY S{n}" for n in range(1, 120))


def test_a_sender_that_dies_leaves_its_letter_to_the_next_when_its_lease_is_over(office):
    office.write(1)
    with office.database.write() as records:
        dead = records.outbox.claim(now=office.now, lease=LEASE)
    assert office.send_all() == 0
    office.now += LEASE
    assert office.send_all() == 1
    with office.database.write() as records:  # it wakes after all
        assert not records.outbox.sent(dead, "late", office.now)
        records.outbox.again(dead, due_at=office.now, held_until=office.now, error="late")
    assert office.send_all() == 0
    assert [(row["state"], row["attempt"]) for row in office.rows()] == [("sent", 2)]


def test_a_letter_that_kills_its_senders_is_given_up(office):
    office.write(1)
    for _ in range(ATTEMPTS):
        with office.database.write() as records:
            assert records.outbox.claim(now=office.now, lease=LEASE)
        office.now += LEASE
    office.send_all()
    assert [row["state"] for row in office.rows()] == ["failed"]
    assert office.received == []


def test_many_senders_send_each_letter_once(office):
    for number in range(60):
        office.write(number, f"user{number % 6}")
    threads = [threading.Thread(target=office.send_all) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    office.send_all()
    assert sorted(office.received) == sorted(f"BUY S{n}" for n in range(60))


def test_a_slow_channel_holds_up_its_own_letters_only(office):
    for number, name in enumerate(["ada", "ada", "bob"]):
        office.write(number, name)
        office.now += MINUTE
    with office.database.write() as records:
        records.outbox.claim(now=office.now, lease=LEASE)  # one of ada's is being sent
    assert office.send_all() == 1
    assert office.received == ["BUY S2"]


def test_the_receipt_is_kept_though_the_database_is_away_for_a_moment(office, monkeypatch):
    office.write(1)
    keep, failures = type(office.sender.database).write, [TryAgain("away"), TryAgain("away")]
    tried = []

    def write(self):
        tried.append(1)
        if len(tried) > 1 and failures:  # after the claim
            raise failures.pop()
        return keep(self)

    monkeypatch.setattr(type(office.sender.database), "write", write)
    office.send_all()
    assert len(office.naps) == 2
    assert [row["state"] for row in office.rows()] == ["sent"]
    assert office.received == ["BUY S1"]


def test_quiet_hours_hold_back_what_would_be_retried_in_them(office):
    ada = office.user()
    with office.database.write() as records:
        quiet = {"time_zone": "UTC", "quiet_hours": {"start": "15:31", "end": "18:00"}, "digest": None}
        records.of(ada).notification_preferences.put(now=NOW, **quiet)
    office.side.receiver.refuse(503)
    office.write(1)
    office.send_all()
    office.side.receiver.refuse(200, b"{}")
    office.now += 2 * MINUTE
    office.send_all()
    assert office.received == []
    office.now = NOW.replace(hour=18, minute=0)
    office.send_all()
    assert office.received == ["BUY S1"]


@pytest.mark.parametrize("gone", ["channel removed", "channel off", "user disabled", "notification deleted"])
def test_what_can_not_go_any_more_fails_and_says_why(office, gone):
    office.write(1)
    ada = office.user()
    with office.database.write() as records:
        if gone == "user disabled":
            records.users.change(ada, now=NOW, is_active=False)
        elif gone == "notification deleted":
            for note in records.of(ada).notifications.since(NOW - MINUTE):
                records.of(ada).notifications.remove(note["id"])
        elif gone == "channel removed":
            records.of(ada).channels.keep_only([])
        else:
            kind, address = office.side.kind, office.side.address
            records.of(ada).channels.put(kind, address=address, is_active=False, now=NOW)
    office.send_all()
    (row,) = office.rows()
    assert row["state"] == "failed"
    assert row["error"]
    assert office.side.receiver.seen == []


def test_an_address_that_is_broken_on_record_ends_the_letter_without_showing_it(office):
    office.write(1)
    with office.database.engine.begin() as connection:
        connection.execute(channels.update().values(address={"url": "s3cr3t garbage", "secret": "x"}))
    office.send_all()
    (row,) = office.rows()
    assert row["state"] == "failed"
    assert "s3cr3t" not in row["error"]


def test_an_error_of_the_database_shows_no_address(office):
    statement = sa.text("UPDATE channels SET no_such_column = :address")
    with office.database.engine.connect() as connection, pytest.raises(Exception, match="no_such_column") as raised:
        connection.execute(statement, {"address": "s3cr3t"})
    assert "s3cr3t" not in str(raised.value)


def test_outboxes_go_with_their_users(office):
    office.write(1)
    with office.database.engine.begin() as connection:
        connection.execute(users.delete())
    assert office.send_all() == 0
