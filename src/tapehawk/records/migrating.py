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
from tapehawk.records.faults import translated

FOLDER: Final = Path(__file__).with_name("migrations")


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the tables up to a revision; others that try at once wait."""
    with database.altering() as connection:
        command.upgrade(_config(connection), revision)


def downgrade(database: Database, revision: str) -> None:
    """Take the tables back to a revision; what only later ones can hold is lost."""
    with database.altering() as connection:
        command.downgrade(_config(connection), revision)


def revision_of(database: Database) -> str | None:
    """Return the revision that the tables are at, None for a database without any."""
    with translated(), database.engine.connect() as connection:
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
