"""A worker: does what is queued, at most so many at once, to its end whatever happens."""

from __future__ import annotations

import datetime as dt
import logging
import sqlite3
from threading import Event, Lock

import pytest

from tapehawk.core.errors import BadInput, NoData, TryAgain, UnknownName
from tapehawk.jobs.kinds import Kind
from tapehawk.jobs.run import Stopped
from tapehawk.jobs.worker import Worker
from tests.jobs.conftest import ended, job_of, now, until
from tests.records.tables import with_tables


def test_a_job_is_done_and_its_result_kept(working):
    queue = working({"add": Kind(lambda payload, _run, _asks: {"sum": payload["a"] + payload["b"]})})
    job = ended(queue, queue.add("add", {"a": 2, "b": 3}).id)
    assert (job.state, job.result, job.progress) == ("completed", {"sum": 5}, 100.0)
    assert job.started_at <= job.finished_at


def test_a_kind_that_nobody_knows_is_refused(working):
    with pytest.raises(UnknownName, match="kind of job"):
        working({"add": Kind(print)}).add("ad", {})


def test_progress_is_seen_while_it_runs(working):
    go_on = Event()

    def work(_payload, run, _asks):
        run(40, "two of five")
        assert go_on.wait(60)

    queue = working({"work": Kind(work)})
    id = queue.add("work", {}).id
    until(lambda: job_of(queue, id).progress == 40)
    assert job_of(queue, id).message == "two of five"
    go_on.set()
    assert ended(queue, id).state == "completed"


def test_no_more_run_at_once_than_may_over_all_workers(working):
    lock, running, most = Lock(), [0], [0]

    def work(_payload, _run, _asks):
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        Event().wait(0.03)
        with lock:
            running[0] -= 1

    queue = working({"work": Kind(work, at_once=2)}, workers=3)
    for id in [queue.add("work", {}).id for _ in range(12)]:
        assert ended(queue, id).state == "completed"
    assert most[0] <= 2


def test_what_may_work_later_is_tried_again_after_a_while_and_then_given_up(working):
    tried = []

    def work(_payload, run, _asks):
        tried.append(run.job.attempt)
        raise TryAgain("the provider is away")

    queue = working({"work": Kind(work, attempts=2)})
    id = queue.add("work", {}).id
    waits = until(lambda: (job := job_of(queue, id)).state == "queued" and job.error and job)
    assert waits.run_at > now() - dt.timedelta(seconds=1)
    job = ended(queue, id)
    assert (job.state, job.error, tried) == ("failed", "the provider is away", [1, 2])


@pytest.mark.parametrize("error", [BadInput("no such thing", hint="another"), NoData("nothing there")])
def test_what_can_not_work_fails_at_once_and_says_why(working, error):
    def work(_payload, _run, _asks):
        raise error

    queue = working({"work": Kind(work)})
    job = ended(queue, queue.add("work", {}).id)
    assert (job.state, job.attempt) == ("failed", 1)
    assert job.error.startswith(error.message)


def test_a_bug_fails_its_job_only_and_its_trace_is_in_the_log_not_in_the_answer(working, caplog):
    def work(payload, _run, _asks):
        return 1 / payload["by"]

    queue = working({"work": Kind(work)})
    with caplog.at_level(logging.ERROR, "tapehawk.jobs"):
        job = ended(queue, queue.add("work", {"by": 0}).id)
    assert job.state == "failed"
    assert "division" not in job.error
    assert "ZeroDivisionError" in caplog.text
    assert ended(queue, queue.add("work", {"by": 1}).id).state == "completed"


def test_a_job_that_takes_too_long_is_ended_and_says_so_whether_it_listens_or_not(working):
    go_on = Event()
    queue = working({"deaf": Kind(lambda *_: go_on.wait(60), timeout=0.2)})
    job = ended(queue, queue.add("deaf", {}).id)
    assert (job.state, job.error) == ("failed", "it took longer than 0.2 seconds, which is all a deaf may take")
    go_on.set()


def test_a_job_that_waits_is_cancelled_at_once(database):
    from tapehawk.jobs.queue import Queue

    queue = Queue(database, {"work": Kind(print)}, now)  # and nobody works
    id = queue.add("work", {}).id
    assert queue.cancel(id).state == "cancelled"
    assert queue.cancel(id).state == "cancelled"


def test_a_job_that_runs_is_cancelled_and_its_function_stops(working):
    stopped = Event()

    def work(_payload, run, is_cancelled):
        run(10)
        while not is_cancelled():
            Event().wait(0.01)
        stopped.set()
        run(20)

    queue = working({"work": Kind(work)})
    id = queue.add("work", {}).id
    until(lambda: job_of(queue, id).progress == 10)
    queue.cancel(id)
    assert ended(queue, id).state == "cancelled"
    assert stopped.wait(60)
    assert job_of(queue, id).progress == 10


def test_a_job_that_has_ended_can_not_be_cancelled(working):
    queue = working({"work": Kind(lambda *_: None)})
    id = ended(queue, queue.add("work", {}).id).id
    assert queue.cancel(id).state == "completed"


def test_a_function_whose_job_is_another_s_by_now_writes_nothing(database):
    """A process that slept through its lease wakes up."""
    from tapehawk.jobs.queue import Queue
    from tapehawk.jobs.run import Run

    queue = Queue(database, {"work": Kind(print)}, now)
    id, lease, at = queue.add("work", {}).id, dt.timedelta(seconds=30), now()
    with database.write() as records:
        zombie = Run(records.jobs.claim("work", worker="z", now=at, lease=lease, at_once=1), database)
        records.jobs.claim("work", worker="other", now=at + 2 * lease, lease=lease, at_once=1)
    with pytest.raises(Stopped):
        zombie.write(lambda records: records.jobs.add("beside", {}, now=at, timeout_seconds=1, max_attempts=1), 50)
    assert zombie.why == "lost"
    with database.read() as records:
        assert records.jobs.counts() == {("work", "running"): 1}
    assert job_of(queue, id).worker == "other"


def test_a_worker_that_ends_puts_its_jobs_back_and_another_does_them(database):
    from threading import Thread

    from tapehawk.jobs.queue import Queue

    begun, attempts = Event(), []

    def work(_payload, run, is_cancelled):
        attempts.append(run.job.attempt)
        begun.set()
        while len(attempts) < 2 and not is_cancelled():
            Event().wait(0.01)
        run.check()

    queue = Queue(database, {"work": Kind(work, attempts=1)}, now)
    id = queue.add("work", {}).id
    for _ in range(2):
        stop = Event()
        thread = Thread(target=Worker(queue, beat=0.05, look_every=0.05).work, args=(stop,))
        thread.start()
        assert begun.wait(60)
        begun.clear()
        if len(attempts) == 2:
            assert ended(queue, id).state == "completed"
        stop.set()
        thread.join()
    assert attempts == [1, 2]


def test_what_follows_a_job_is_in_the_transaction_of_its_state(working, database):
    def recorded(records, job):
        if job.state == "completed":
            records.jobs.add(
                "note", {"of": job.id}, now=now(), timeout_seconds=1, max_attempts=1, id=f"note{job.id[:8]}"
            )

    told = []
    queue = working({"work": Kind(lambda *_: None, recorded=recorded, told=lambda job: told.append(job.state))})
    id = ended(queue, queue.add("work", {}).id).id
    assert job_of(queue, f"note{id[:8]}").payload == {"of": id}
    until(lambda: told == ["running", "completed"])


def test_on_a_disk_that_is_full_a_job_waits_and_is_done_when_there_is_room(tmp_path):
    """The database's file may not grow meanwhile, as on a full disk."""
    from threading import Thread

    import sqlalchemy as sa

    from tapehawk.jobs.queue import Queue
    from tapehawk.records.database import Database, sqlite_url

    database, stop, refused = Database(sqlite_url(tmp_path)), Event(), Event()
    with_tables(database)
    with sqlite3.connect(tmp_path / "records.db") as raw:
        pages = raw.execute("PRAGMA page_count").fetchone()[0] + 4
    full = [True]

    @sa.event.listens_for(database.engine, "begin")
    def _begun(connection):
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages if full[0] else 10**6}")

    def work(_payload, run, _asks):
        big = {"text": "x" * 200_000}

        def write(records):
            try:
                records.jobs.add("beside", big, now=now(), timeout_seconds=1, max_attempts=1)
            except Exception:
                refused.set()
                raise

        run.write(write, 50)

    queue = Queue(database, {"work": Kind(work)}, now)
    thread = Thread(target=Worker(queue, beat=0.05, look_every=0.05).work, args=(stop,))
    thread.start()
    id = queue.add("work", {}).id
    assert refused.wait(60)
    full[0] = False
    assert ended(queue, id).state == "completed"
    with database.read() as records:
        assert records.jobs.counts() == {("work", "completed"): 1, ("beside", "queued"): 1}
    stop.set()
    thread.join()
    database.close()
