"""One set of migrations makes the tables on both databases, keeps what is in them, and takes them away again."""

from __future__ import annotations

import shutil
from threading import Barrier

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from tapehawk.core.errors import BadInput, CorruptStore
from tapehawk.records import migrating
from tapehawk.records.database import Database
from tapehawk.records.migrating import downgrade, need_current, revision_of, revisions, upgrade
from tapehawk.records.tables import METADATA
from tests.records.filling import contents, fill

ANOTHER = """
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "later", "{last}", None, None


def upgrade():
    with op.batch_alter_table("users") as table:
        table.alter_column("last_name", type_=sa.String(200), existing_type=sa.String(100))
        table.add_column(sa.Column("nickname", sa.String(50), nullable=False, server_default=""))


def downgrade():
    with op.batch_alter_table("users") as table:
        table.drop_column("nickname")
        table.alter_column("last_name", type_=sa.String(100), existing_type=sa.String(200))
"""


@pytest.fixture
def one_more_revision(tmp_path, monkeypatch) -> str:
    """Let there be a revision behind the last that makes the table of users anew; return the one before it."""
    last = revisions()[-1]
    folder = tmp_path / "migrations"
    shutil.copytree(migrating.FOLDER, folder)
    (folder / "versions" / "later.py").write_text(ANOTHER.format(last=last))
    monkeypatch.setattr(migrating, "FOLDER", folder)
    return last


def test_the_migrations_make_the_tables_that_the_program_means(empty_database):
    upgrade(empty_database)
    need_current(empty_database)
    with empty_database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_down_and_up_again_leaves_the_same(empty_database):
    upgrade(empty_database)
    for revision in [*revisions()[-2::-1], "base"]:
        downgrade(empty_database, revision)
    with empty_database.engine.connect() as connection:
        assert sa.inspect(connection).get_table_names() == ["alembic_version"]
    upgrade(empty_database)
    assert revision_of(empty_database) == revisions()[-1]


@pytest.mark.parametrize("revision", revisions())
def test_what_an_earlier_revision_holds_is_there_after_the_upgrade_and_back(empty_database, revision):
    _kept_through(empty_database, revision)


def test_a_table_that_is_made_anew_keeps_its_rows_and_those_that_refer_to_them(empty_database, one_more_revision):
    _kept_through(empty_database, one_more_revision)


def test_rows_that_would_refer_to_nothing_stop_a_migration(sqlite):
    fill(sqlite)
    before = contents(sqlite)
    with pytest.raises(CorruptStore), sqlite.altering() as connection:
        connection.exec_driver_sql("DELETE FROM users")
    assert contents(sqlite) == before
    with sqlite.write() as records:  # and keys hold again on that connection
        records._connection.exec_driver_sql("DELETE FROM users")
    assert not contents(sqlite)["signals"]


def test_processes_that_upgrade_at_once_wait_for_each_other(empty_database, in_thread):
    start = Barrier(4)
    url = empty_database.engine.url.render_as_string(hide_password=False)

    def run() -> None:
        mine = Database(url)
        start.wait()
        try:
            upgrade(mine)
            need_current(mine)
        finally:
            mine.close()

    assert in_thread(*[run] * 4) == [None] * 4


def test_tables_of_another_version_are_refused_with_what_to_do(empty_database):
    with pytest.raises(BadInput) as refused:
        need_current(empty_database)
    assert refused.value.hint == "scanner db upgrade"


def _kept_through(database: Database, revision: str) -> None:
    upgrade(database, revision)
    fill(database)
    before = contents(database)
    assert all(before.values()), "a table without a row proves nothing"
    upgrade(database)
    _all_there(before, contents(database))
    downgrade(database, revision)
    assert contents(database) == before
    upgrade(database)
    _all_there(before, contents(database))


def _all_there(before: dict, after: dict) -> None:
    """Compare by the columns that both have."""
    for table, rows in before.items():
        kept = [{name: row[name] for name in old if name in row} for old, row in zip(rows, after[table], strict=True)]
        assert kept == [
            {name: old[name] for name in row if name in old} for old, row in zip(rows, after[table], strict=True)
        ]
