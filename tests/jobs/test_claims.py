"""Jobs on record: who may take which, and who may write."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest

from tapehawk.core.errors import NoData
from tapehawk.records.jobs import Held, NotHeld
from tests.jobs.conftest import NOW

LEASE = dt.timedelta(seconds=30)


def add(records, kind="scan", **values):
    return records.jobs.add(kind, {}, **{"now": NOW, "timeout_seconds": 60, "max_attempts": 3, **values})


def claim(records, worker="w1", *, now=NOW, kind="scan", at_once=100):
    return records.jobs.claim(kind, worker=worker, now=now, lease=LEASE, at_once=at_once)


def test_a_job_is_claimed_once(database, in_threads):
    with database.write() as records:
        ids = {add(records, id=f"job{number}").id for number in range(40)}

    def take(worker):
        found = []
        while True:
            with database.write() as records:
                job = claim(records, worker)
            if job is None:
                return found
            found.append(job.id)

    taken = [id for found in in_threads(*(lambda w=w: take(f"w{w}") for w in range(4))) for id in found]
    assert Counter(taken) == Counter(ids)


def test_no_more_run_at_once_than_may_however_many_claim(database, in_threads):
    with database.write() as records:
        for _ in range(20):
            add(records)

    def take(worker):
        with database.write() as records:
            return claim(records, worker, at_once=3)

    taken = in_threads(*(lambda w=w: take(f"w{w}") for w in range(8)))
    assert sum(job is not None for job in taken) == 3


def test_users_take_turns(database, users):
    with database.write() as records:
        pass
    ids = {users(name): name for name in "abcdefghij"}
    with database.write() as records:
        for user, name in ids.items():  # a has queued all of its ten before b came, and so on
            for number in range(10):
                add(records, user_id=user, id=f"{name}{number}")
    served = []
    for second in range(100):
        at = NOW + dt.timedelta(seconds=second)
        with database.write() as records:
            job = claim(records, now=at, at_once=1)
            records.jobs.end(job.held, "completed", now=at)
        served.append(job.id)
    for turn in range(10):
        assert sorted(served[10 * turn : 10 * turn + 10]) == [f"{name}{turn}" for name in "abcdefghij"]


def test_one_who_comes_late_with_one_job_is_served_next(database, users):
    early, late = users("early"), users("late")
    with database.write() as records:
        for number in range(5):
            add(records, user_id=early, id=f"e{number}")
        first = claim(records)
        add(records, user_id=late, id="l0", now=NOW + dt.timedelta(seconds=1))
        after = NOW + dt.timedelta(seconds=2)
        records.jobs.end(first.held, "completed", now=after)
        assert claim(records, now=after).id == "l0"


def test_a_worker_that_was_given_up_for_lost_can_write_nothing(database):
    with database.write() as records:
        add(records)
        zombie = claim(records, "zombie").held
        later = NOW + LEASE + dt.timedelta(seconds=1)
        other = claim(records, "other", now=later)
        assert (other.id, other.attempt) == (zombie.id, 2)
    writes = [
        lambda jobs: jobs.progress(zombie, 50, "still here"),
        lambda jobs: jobs.end(zombie, "completed", now=later),
        lambda jobs: jobs.retry(zombie, at=later, error="x"),
        lambda jobs: jobs.release(zombie),
        lambda jobs: jobs.end(Held(zombie.id, "other", 1), "failed", now=later),
    ]
    for write in writes:
        with pytest.raises(NotHeld), database.write() as records:
            write(records.jobs)
    with database.write() as records:
        assert records.jobs.beat("zombie", now=later, lease=LEASE) == {}
        assert records.jobs.get(zombie.id).state == "running"
        assert records.jobs.end(other.held, "completed", now=later).state == "completed"


def test_what_is_written_with_a_progress_that_is_refused_is_not_there(database):
    with database.write() as records:
        add(records)
        zombie = claim(records).held
        claim(records, "other", now=NOW + LEASE * 2)

    def write():
        with database.write() as records:
            add(records, id="beside")
            records.jobs.progress(zombie, 1, "")

    with pytest.raises(NotHeld):
        write()
    with pytest.raises(NoData), database.read() as records:
        records.jobs.get("beside")


def test_a_lease_holds_as_long_as_it_is_lengthened(database):
    with database.write() as records:
        add(records)
        held = claim(records).held
        for beat in range(1, 10):
            at = NOW + dt.timedelta(seconds=20 * beat)
            assert records.jobs.beat("w1", now=at, lease=LEASE) == {held: False}
            assert claim(records, "w2", now=at + dt.timedelta(seconds=19)) is None


def test_a_job_whose_workers_are_lost_again_and_again_is_given_up(database):
    with database.write() as records:
        id = add(records, max_attempts=2).id
        assert claim(records, now=NOW).attempt == 1
        assert claim(records, now=NOW + LEASE * 2).attempt == 2
        assert claim(records, now=NOW + LEASE * 4) is None
        assert [job.id for job in records.jobs.given_up("scan", now=NOW + LEASE * 4)] == [id]
        assert records.jobs.get(id).state == "interrupted"


def test_a_job_to_be_cancelled_whose_worker_is_lost_is_not_begun_again(database):
    with database.write() as records:
        id = add(records).id
        claim(records)
        assert records.jobs.cancel(id, now=NOW).cancel_requested
        (gone,) = records.jobs.given_up("scan", now=NOW + LEASE * 2)
        assert (gone.id, gone.state) == (id, "cancelled")


def test_the_same_key_is_one_job_until_it_ends(database, in_threads):
    def ask():
        with database.write() as records:
            return add(records, dedup_key="sync us").id

    (id,) = set(in_threads(*[ask] * 5))
    with database.write() as records:
        records.jobs.end(claim(records).held, "completed", now=NOW)
        assert add(records, dedup_key="sync us").id != id


def test_a_job_is_not_begun_before_its_time(database):
    with database.write() as records:
        add(records)
        later = NOW + dt.timedelta(minutes=5)
        records.jobs.retry(claim(records).held, at=later, error="busy")
        assert claim(records, now=later - dt.timedelta(seconds=1)) is None
        assert records.jobs.due(["scan"], now=NOW) == set()
        job = claim(records, now=later)
        assert (job.attempt, job.error) == (2, "busy")


def test_an_attempt_that_was_not_hindered_does_not_count(database):
    with database.write() as records:
        add(records, max_attempts=1)
        records.jobs.release(claim(records).held)
        assert claim(records).attempt == 2


@pytest.mark.parametrize("state", ["completed", "failed", "cancelled", "interrupted"])
def test_what_has_ended_stays_as_it_is(database, state):
    with database.write() as records:
        add(records)
        held = claim(records).held
        records.jobs.end(held, state, now=NOW)
        assert records.jobs.cancel(held.id, now=NOW).state == state
        with pytest.raises(NotHeld):
            records.jobs.progress(held, 1, "")


def test_a_user_sees_their_own_only(database, users):
    ada, bob = users("ada"), users("bob")
    with database.write() as records:
        id = add(records, user_id=ada).id
        assert [row["id"] for row in records.of(ada).jobs.page(limit=10).items] == [id]
        assert records.of(bob).jobs.page(limit=10).items == []
        with pytest.raises(NoData):
            records.of(bob).jobs.get(id)


@pytest.fixture
def in_threads():
    """Return what runs functions at once, each in its thread, and returns what they return."""
    from concurrent.futures import ThreadPoolExecutor

    def run(*works):
        with ThreadPoolExecutor(len(works)) as pool:
            return [future.result() for future in [pool.submit(work) for work in works]]

    return run
