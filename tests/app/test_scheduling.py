"""Schedules: set off when due, once for all processes, caught up once when missed."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from tapehawk.app.house import House
from tapehawk.app.schedule_times import after_session, cron, every
from tapehawk.app.scheduling import Schedule, Scheduler, provider_of, schedules
from tapehawk.app.settings import settings
from tapehawk.core.errors import TryAgain
from tapehawk.jobs.kinds import Kind
from tapehawk.jobs.queue import Queue
from tapehawk.records.database import Database
from tests.app.scanned_market import stored

NOW = dt.datetime(2026, 3, 2, 15, 32, tzinfo=dt.UTC)
QUARTERS = Schedule("quarters", "work", every(dt.timedelta(minutes=15)), {"of": "the market"})


class Hands:
    """A clock that is moved by hand."""

    def __init__(self):
        self.at = NOW

    def __call__(self):
        return self.at


@pytest.fixture
def hands():
    return Hands()


def queue_on(database, hands):
    return Queue(database, {"work": Kind(print)}, hands)


def jobs_of(database):
    with database.read() as records:
        return records.jobs.page(limit=1000).items


def finish(database, hands):
    """Do what is queued."""
    with database.write() as records:
        while job := records.jobs.claim("work", worker="w", now=hands(), lease=dt.timedelta(60), at_once=9):
            records.jobs.end(job.held, "completed", now=hands())


def test_what_is_due_is_queued_once_and_again_when_it_is_due_again(database, hands):
    scheduler = Scheduler(queue_on(database, hands), [QUARTERS])
    assert scheduler.look() == ["quarters"]
    assert scheduler.look() == []
    (job,) = jobs_of(database)
    assert (job["kind"], job["payload"], job["user_id"]) == ("work", {"of": "the market"}, None)
    finish(database, hands)
    hands.at += dt.timedelta(minutes=12, seconds=59)
    assert scheduler.look() == []
    hands.at += dt.timedelta(seconds=1)
    assert scheduler.look() == ["quarters"]
    assert len(jobs_of(database)) == 2


def test_a_process_that_starts_anew_does_not_repeat(database, hands):
    assert Scheduler(queue_on(database, hands), [QUARTERS]).look() == ["quarters"]
    finish(database, hands)
    assert Scheduler(queue_on(database, hands), [QUARTERS]).look() == []


def test_what_was_missed_is_caught_up_once(database, hands):
    daily = Schedule("daily", "work", after_session("us", dt.timedelta(minutes=25)))
    assert Scheduler(queue_on(database, hands), [daily]).look() == ["daily"]
    finish(database, hands)
    hands.at += dt.timedelta(days=9)  # the machine was off for a week and more
    woken = Scheduler(queue_on(database, hands), [daily])
    assert [woken.look() for _ in range(3)] == [["daily"], [], []]
    assert len(jobs_of(database)) == 2


def test_a_run_that_is_not_done_is_not_doubled(database, hands):
    scheduler = Scheduler(queue_on(database, hands), [QUARTERS])
    for _ in range(5):
        scheduler.look()
        hands.at += dt.timedelta(minutes=15)
    assert len(jobs_of(database)) == 1


def test_of_many_processes_one_sets_off(database, hands):
    others, barrier = [Scheduler(queue_on(database, hands), [QUARTERS]) for _ in range(6)], Barrier(6)

    def look(scheduler):
        barrier.wait()
        return scheduler.look()

    with ThreadPoolExecutor(6) as pool:
        for _ in range(10):
            finish(database, hands)
            hands.at += dt.timedelta(minutes=15)
            assert sorted(pool.map(look, others)) == [[]] * 5 + [["quarters"]]
    assert len(jobs_of(database)) == 10


def test_a_clock_that_is_set_back_sets_nothing_off_again(database, hands):
    Scheduler(queue_on(database, hands), [QUARTERS]).look()
    finish(database, hands)
    hands.at -= dt.timedelta(hours=2)
    assert Scheduler(queue_on(database, hands), [QUARTERS]).look() == []


def test_a_database_that_is_away_is_looked_at_later(database, hands, monkeypatch):
    scheduler = Scheduler(queue_on(database, hands), [QUARTERS])

    def away():
        raise TryAgain("the database went away")

    with monkeypatch.context() as patch:
        patch.setattr(Database, "write", lambda _: away())
        assert scheduler.look() == []
    assert scheduler.look() == ["quarters"]


def test_a_night_with_two_half_past_ones_has_one_run(database, hands):
    nightly = Scheduler(queue_on(database, hands), [Schedule("nightly", "work", cron("30 1 * * *"))])
    hands.at = dt.datetime(2026, 10, 31, 12, tzinfo=dt.UTC)
    runs = 0
    while hands.at < dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC):
        runs += len(nightly.look())
        finish(database, hands)
        hands.at += dt.timedelta(minutes=10)
    assert runs == 3  # that of the day before it was first looked, and two nights


def test_the_house_schedules_what_it_knows(monkeypatch):
    house = House(settings())
    assert {one.kind for one in schedules(house)} <= set(house.queue.kinds)
    assert {"retention", "retraining", "closed scan"} <= {one.name for one in schedules(house)}
    monkeypatch.setenv("SCANNER__STREAMING__QUICK_INTERVAL_MINUTES", "0")
    assert "quick scan" not in {one.name for one in schedules(House(settings()))}
    house.close()


def test_a_sync_is_scheduled_for_the_provider_that_is_configured(monkeypatch):
    assert provider_of(settings(), "us") == ""
    monkeypatch.setenv("SCANNER__PROVIDERS__FETCH_US", "polygon")
    assert provider_of(settings(), "us") == "polygon"
    (sync,) = [one for one in schedules(House(settings())) if one.kind == "sync"]
    assert sync.payload == {"provider": "polygon"}


def test_a_store_whose_bars_are_imported_is_synced_with_nobody():
    stored(settings().store)
    assert provider_of(settings(), "us") == ""
