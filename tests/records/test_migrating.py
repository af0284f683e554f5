"""One set of migrations makes the tables on both databases, and takes them away again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from tapehawk.records.database import Database, sqlite_url
from tapehawk.records.migrating import downgrade, revision_of, revisions, upgrade
from tapehawk.records.tables import METADATA
from tests.records.servers import fresh_database


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path) -> Iterator[Database]:
    if request.param == "sqlite":
        made = Database(sqlite_url(tmp_path))
        yield made
        made.close()
        return
    with fresh_database() as url:
        made = Database(url)
        yield made
        made.close()


def test_the_migrations_make_the_tables_that_the_program_means(database):
    upgrade(database)
    assert revision_of(database) == revisions()[-1]
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_down_and_up_again_leaves_the_same(database):
    upgrade(database)
    for revision in [*revisions()[-2::-1], "base"]:
        downgrade(database, revision)
    with database.engine.connect() as connection:
        assert sa.inspect(connection).get_table_names() == ["alembic_version"]
    upgrade(database)
    assert revision_of(database) == revisions()[-1]
