"""A database that goes away and comes back: jobs wait for it, none is lost or done twice."""

from __future__ import annotations

from collections import Counter
from threading import Event, Thread

import pytest

from tapehawk.core.errors import TryAgain
from tapehawk.jobs.kinds import Kind
from tapehawk.jobs.queue import Queue
from tapehawk.jobs.worker import Worker
from tapehawk.records.database import Database
from tests.jobs.conftest import now, until
from tests.records.servers import own_server
from tests.records.tables import with_tables

pytestmark = pytest.mark.slow


@pytest.fixture
def server():
    with own_server() as made:
        yield made


@pytest.mark.parametrize("how", ["fast", "immediate"])
def test_jobs_go_on_when_a_server_that_was_stopped_or_crashed_is_back(server, how):
    database, stop, begun, go_on, steps = Database(server.url), Event(), Event(), Event(), Counter()
    with_tables(database)

    def work(payload, run, _asks):
        for step in range(payload["from"], 5):
            begun.set()
            if step == 2:
                assert go_on.wait(60)
            run.write(lambda _, step=step: None, 20 * step, str(step))
            steps[payload["of"], step] += 1
        return payload["of"]

    queue = Queue(database, {"work": Kind(work, at_once=2)}, now)
    ids = [queue.add("work", {"of": number, "from": 0}).id for number in range(4)]
    thread = Thread(target=Worker(queue, beat=0.1, look_every=0.1).work, args=(stop,))
    thread.start()
    assert begun.wait(60)
    server.stop(how)
    with pytest.raises(TryAgain):
        queue.add("work", {"of": 9, "from": 0})
    go_on.set()  # they write into nothing
    server.start()
    try:
        until(lambda: _states(database) == {("work", "completed"): len(ids)})
    finally:
        stop.set()
        thread.join()
    with database.read() as records:
        assert sorted(records.jobs.get(id).result for id in ids) == [0, 1, 2, 3]
        assert {records.jobs.get(id).attempt for id in ids} == {1}
    assert steps == Counter({(number, step): 1 for number in range(4) for step in range(5)})
    database.close()


def _states(database):
    try:
        with database.read() as records:
            return records.jobs.counts()
    except TryAgain:
        return {}
