"""What Alembic runs: the migrations, on the connection that `migrating.py` hands in."""

from alembic import context

from tapehawk.records.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,  # SQLite can't alter a column: the table is made anew
    compare_type=True,
)
context.run_migrations()
