"""Column types that are the same on SQLite and PostgreSQL, and the columns that many tables have."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

METADATA: Final = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Instant(sa.TypeDecorator[dt.datetime]):
    """A time with its zone: TIMESTAMPTZ on PostgreSQL, UTC without a zone in SQLite, always aware (UTC) in Python."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[dt.datetime]:
        """What it is in Python: a decorated type says `object` of itself, and cursors are read by it."""
        return dt.datetime

    def process_bind_param(self, value: dt.datetime | None, dialect: sa.Dialect) -> dt.datetime | None:
        """Store as UTC. Raises ValueError for a time without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone can't be stored: {value}")
        utc = value.astimezone(dt.UTC)
        return utc if dialect.name == "postgresql" else utc.replace(tzinfo=None)

    def process_result_value(self, value: dt.datetime | None, dialect: sa.Dialect) -> dt.datetime | None:  # noqa: ARG002
        """Return an aware time."""
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


def price() -> sa.Numeric[Any]:
    """Return the type of prices: NUMERIC(20, 8), which holds 100,000,000,000 of a coin and 0.00000001 of it."""
    return sa.Numeric(20, 8, asdecimal=False)


def json() -> sa.types.TypeEngine[Any]:
    """Return the type of plain values: JSONB on PostgreSQL."""
    return sa.JSON().with_variant(JSONB(), "postgresql")


def symbol() -> sa.Column[str]:
    """Return the column of a symbol."""
    return sa.Column("symbol", sa.String(32), nullable=False)


def identity() -> sa.Column[uuid.UUID]:
    """Return the key column of a noun that strangers see: no number that can be counted through."""
    return sa.Column("id", sa.Uuid(), primary_key=True, default=uuid.uuid4)


def owner(*, is_key: bool = False, required: bool = True) -> sa.Column[uuid.UUID]:
    """Return the column of whose row it is; it goes with its user."""
    owned = sa.ForeignKey("users.id", ondelete="CASCADE")
    return sa.Column("user_id", sa.Uuid(), owned, nullable=not required, primary_key=is_key, index=not is_key)


def instant(name: str, *, required: bool = True) -> sa.Column[dt.datetime]:
    """Return the column of a time."""
    return sa.Column(name, Instant(), nullable=not required)


def written_at() -> sa.Column[dt.datetime]:
    """Return the column of when a row was last written, by the writer's clock, whatever times the row tells of."""
    return sa.Column("written_at", Instant(), nullable=False, default=_now, onupdate=_now)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
