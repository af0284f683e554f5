"""Bringing a database to this version of the tables, or to another revision: `scanner db upgrade`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from tapehawk.core.errors import BadInput
from tapehawk.records.database import Database

FOLDER: Final = Path(__file__).with_name("migrations")
_LOCK: Final = 7_283_402_915  # one process migrates at a time


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the tables up to a revision; others that try at once wait."""
    with database.engine.connect() as connection, connection.begin():
        _alone(connection)
        command.upgrade(_config(connection), revision)


def downgrade(database: Database, revision: str) -> None:
    """Take the tables back to a revision; what only later ones can hold is lost."""
    with database.engine.connect() as connection, connection.begin():
        _alone(connection)
        command.downgrade(_config(connection), revision)


def revision_of(database: Database) -> str | None:
    """Return the revision that the tables are at, None for a database without any."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def revisions() -> list[str]:
    """Return every revision, the earliest first."""
    return [one.revision for one in ScriptDirectory(str(FOLDER)).walk_revisions()][::-1]


def need_current(database: Database) -> None:
    """Raise BadInput unless the tables are those of this version of the program."""
    at, wanted = revision_of(database), revisions()[-1]
    if at != wanted:
        hint = "scanner db upgrade"
        raise BadInput(f"the database's tables are at {at or 'nothing'}, this program's at {wanted}", hint=hint)


def _config(connection: sa.Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _alone(connection: sa.Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
