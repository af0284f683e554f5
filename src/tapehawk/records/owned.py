"""The base of every repository of things that belong to a user."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

import sqlalchemy as sa

from tapehawk.core.errors import NoData
from tapehawk.records.pages import Page, paged

Row = dict[str, Any]


class OwnedRows:
    """Rows of one table that belong to one user: every statement made here names the owner.

    `table`: has a column `user_id`. `noun`: what a row is called in an error. `newest_by`: the column that lists are
    ordered by, newest first.
    """

    table: ClassVar[sa.Table]
    noun: ClassVar[str]
    newest_by: ClassVar[str] = "created_at"

    def __init__(self, connection: sa.Connection, user_id: uuid.UUID) -> None:
        self._connection, self._user_id = connection, user_id

    def page(self, *conditions: sa.ColumnElement[bool], limit: int, cursor: str | None = None) -> Page:
        """Return the owner's rows that meet conditions, newest first. Raises BadInput for a cursor that is none."""
        by = (self.table.c[self.newest_by], *self.table.primary_key.columns)
        return paged(self._connection, self._mine(*conditions), by, limit=limit, cursor=cursor)

    def get(self, id: object) -> Row:
        """Return a row. Raises NoData where the owner has none of that id: another's is none."""
        return self._one(self._mine(self._key == id), id)

    def add(self, **values: object) -> Row:
        """Add a row. Raises Conflict where one like it must be the only one."""
        made = self.table.insert().values(user_id=self._user_id, **values).returning(*self.table.c)
        return dict(self._connection.execute(made).mappings().one())

    def change(self, id: object, **values: object) -> Row:
        """Change a row. Raises NoData as `get` does."""
        if not values:
            return self.get(id)
        changed = self.table.update().where(self._is_mine, self._key == id).values(**values)
        return self._one(changed.returning(*self.table.c), id)

    def remove(self, id: object) -> None:
        """Remove a row. Raises NoData as `get` does."""
        self._one(self.table.delete().where(self._is_mine, self._key == id).returning(*self.table.c), id)

    @property
    def _key(self) -> sa.Column[Any]:
        (key,) = self.table.primary_key.columns
        return key

    @property
    def _is_mine(self) -> sa.ColumnElement[bool]:
        return self.table.c.user_id == self._user_id

    def _mine(self, *conditions: sa.ColumnElement[bool]) -> sa.Select[Any]:
        return sa.select(self.table).where(self._is_mine, *conditions)

    def _all(self, statement: sa.Select[Any]) -> list[Row]:
        return [dict(row) for row in self._connection.execute(statement).mappings()]

    def _one(self, statement: sa.Executable, id: object) -> Row:
        row = self._connection.execute(statement).mappings().one_or_none()
        if row is None:
            raise NoData(f"there is no {self.noun} {id}")
        return dict(row)
