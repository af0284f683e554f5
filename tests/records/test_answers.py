"""Idempotency keys on both databases: what is done and that it is done are there together, or neither is."""

from __future__ import annotations

import datetime as dt
from contextvars import copy_context
from threading import Event, Thread

import pytest

from tapehawk.core.errors import Conflict
from tapehawk.records.alongside import alongside
from tapehawk.records.answers import GIVEN_UP, is_lost
from tests.records.conftest import NOW

SOON, LATE = NOW + GIVEN_UP, NOW + GIVEN_UP + dt.timedelta(seconds=1)


def claim(database, user, now=NOW):
    with database.write() as records:
        return records.of(user.id).answers.claim("a key", "a hash", now=now)


def free(database, user, since=NOW):
    with database.write() as records:
        records.of(user.id).answers.free("a key", since=since)


def marking(user, since=NOW):
    """Return what marks the key of a user's request as done."""
    return lambda records: records.of(user.id).answers.mark("a key", since=since)


def make(database, user, name="mine"):
    with database.write() as records:
        records.of(user.id).portfolios.add(name=name, symbols=[], created_at=NOW, updated_at=NOW)


def do(database, user, since=NOW):
    with alongside(marking(user, since)):
        make(database, user)


def names(database, user):
    with database.read() as records:
        return [row["name"] for row in records.of(user.id).portfolios.page(limit=10).items]


def is_done(database, user):
    with database.read() as records:
        return records.of(user.id).answers.get("a key")["done"]


def test_a_key_is_one_requests_until_it_is_given_up(database, ada):
    assert claim(database, ada) is None
    assert claim(database, ada, SOON)["created_at"] == NOW
    assert claim(database, ada, LATE) is None
    assert not is_done(database, ada)


def test_a_key_whose_request_is_done_is_never_given_up(database, ada):
    claim(database, ada)
    do(database, ada)
    found = [claim(database, ada, at) for at in (NOW, SOON, LATE, NOW + dt.timedelta(days=1))]
    assert [(row["done"], row["created_at"]) for row in found] == [(True, NOW)] * 4
    assert [is_lost(found[0], now=at) for at in (NOW, SOON, LATE)] == [False, False, True]


def test_what_was_answered_is_not_lost(database, ada):
    claim(database, ada)
    do(database, ada)
    with database.write() as records:
        records.of(ada.id).answers.give("a key", status=201, body=b"{}", content_type="application/json")
    assert not is_lost(claim(database, ada, LATE), now=LATE)


def test_a_transaction_that_is_rolled_back_takes_the_mark_along(database, ada):
    claim(database, ada)

    def mark_and_fail() -> None:
        with database.write() as records:
            marking(ada)(records)
            records.users.add(email=ada.email, password_hash="", role="user", now=NOW)

    with pytest.raises(Conflict):
        mark_and_fail()
    assert not is_done(database, ada)
    assert claim(database, ada, LATE) is None


def test_a_request_that_was_given_up_commits_nothing(database, ada):
    claim(database, ada)
    claim(database, ada, LATE)
    with pytest.raises(Conflict):
        do(database, ada)
    assert names(database, ada) == []
    assert not is_done(database, ada)
    do(database, ada, since=LATE)
    assert names(database, ada) == ["mine"]


def test_who_claims_while_it_is_committed_finds_it_done(database, ada, in_thread):
    claim(database, ada)
    marked, asked = Event(), Event()

    def work() -> None:
        with database.write() as records:
            marking(ada)(records)
            marked.set()
            asked.wait(10)

    def ask():
        marked.wait(10)
        asked.set()
        return claim(database, ada, LATE)

    assert in_thread(work, ask)[1]["done"]


def test_a_key_is_set_free_by_who_holds_it_where_nothing_is_done(database, ada, bob):
    claim(database, ada)
    free(database, ada, since=LATE)
    free(database, bob)
    assert claim(database, ada) is not None
    free(database, ada)
    assert claim(database, ada) is None
    do(database, ada)
    free(database, ada)
    assert is_done(database, ada)


def test_a_key_of_another_user_is_not_marked(database, ada, bob):
    claim(database, ada)
    with pytest.raises(Conflict):
        do(database, bob)
    assert not is_done(database, ada)


def test_what_is_written_alongside_is_of_who_said_so_and_of_threads_that_work_for_them(database, ada):
    seen = []

    def in_a_thread(work) -> None:
        thread = Thread(target=work)
        thread.start()
        thread.join()

    with alongside(lambda _: seen.append("here")):
        mine = copy_context()
        make(database, ada)
        in_a_thread(lambda: make(database, ada))
    make(database, ada)
    assert seen == ["here"]
    in_a_thread(lambda: mine.run(make, database, ada))
    assert seen == ["here", "here"]
