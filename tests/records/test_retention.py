"""What is over goes after its time, and nothing else does."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from tapehawk.app import retention
from tapehawk.app.retention import remove_old
from tapehawk.app.sections import RecordsSection
from tapehawk.records import retention as rules
from tapehawk.records.tables import answers, audit_log, jobs, notifications, scan_results, scans, signals, users
from tests.records.conftest import NOW
from tests.records.filling import contents, fill
from tests.records.rows import signal_values

CENTURY = dt.timedelta(days=36_525)


def test_of_everything_only_what_is_over_goes(database):
    fill(database)  # all of it at one instant; jobs and scans are queued
    before = contents(database)
    assert not any(remove_old(database, RecordsSection(), now=NOW).values())
    assert contents(database) == before
    gone = remove_old(database, RecordsSection(), now=NOW + CENTURY)
    assert {name for name, count in gone.items() if count} == {
        "notifications", "audit_log", "answers", "sign_ins", "tickets", "fires",
    }  # fmt: skip
    left = {name for name, rows in contents(database).items() if rows}
    assert left == before.keys() - {name for name, count in gone.items() if count}


@pytest.mark.parametrize(("days", "there"), [(29.9, 1), (30.1, 0)])
def test_a_scan_goes_with_its_rows_when_its_days_are_over(database, days, there):
    fill(database)
    with database.write() as records:
        ended = scans.update().values(status="interrupted", finished_at=NOW, created_at=NOW - CENTURY)
        records._connection.execute(ended)
    remove_old(database, RecordsSection(), now=NOW + dt.timedelta(days=days))
    with database.read() as records:
        for table in (scans, scan_results):
            assert records._connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one() == there


@pytest.mark.parametrize("state", ["completed", "failed", "cancelled", "interrupted", "queued", "running"])
def test_a_job_that_is_not_over_stays(database, state):
    fill(database)
    with database.write() as records:
        records._connection.execute(jobs.update().values(state=state, finished_at=None))
    gone = remove_old(database, RecordsSection(), now=NOW + CENTURY)["jobs"]
    assert gone == (state not in ("queued", "running"))


def test_it_goes_in_small_batches_and_can_be_stopped(database, ada, monkeypatch):
    for module in (rules, retention):
        monkeypatch.setattr(module, "BATCH", 10)
    rows = [{"user_id": ada.id, "type": "t", "title": "t", "message": "m", "created_at": NOW} for _ in range(35)]
    with database.write() as records:
        records._connection.execute(notifications.insert(), rows)
    checks = iter(range(2))
    with pytest.raises(StopIteration):
        remove_old(database, RecordsSection(), now=NOW + CENTURY, check=lambda: next(checks))
    with database.read() as records:
        assert records._connection.execute(sa.select(sa.func.count()).select_from(notifications)).scalar_one() == 15
    assert remove_old(database, RecordsSection(), now=NOW + CENTURY)["notifications"] == 15


def test_users_and_their_signals_are_never_removed(database, ada):
    with database.write() as records:
        records._connection.execute(signals.insert().values(signal_values(ada.id)))
    remove_old(database, RecordsSection(), now=NOW + CENTURY)
    with database.read() as records:
        for table in (users, signals):
            assert records._connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one() == 1


def test_every_kind_has_its_days():
    assert {rule.kind for rule in rules.RULES} == {name.removesuffix("_days") for name in RecordsSection.model_fields}
    assert {audit_log, answers} <= {rule.table for rule in rules.RULES}
