"""Named parameter sets, personal formula scanners, saved table views."""

from __future__ import annotations

from typing import ClassVar, Final

import sqlalchemy as sa

from tapehawk.core.errors import Conflict
from tapehawk.records.owned import OwnedRows, Row
from tapehawk.records.pages import Page
from tapehawk.records.tables import presets

MOST: Final = 200
"""Of a kind, for one user."""


class Presets(OwnedRows):
    """A user's own. A `kind` is "preset" or "saved"; a name is there once of each."""

    table: ClassVar[sa.Table] = presets
    noun: ClassVar[str] = "preset"

    def of_kind(self, kind: str, *, scanner: str | None, limit: int, cursor: str | None) -> Page:
        """Return those of a kind, newest first; only a scanner's, if one is named."""
        wanted = [presets.c.kind == kind, *([presets.c.scanner_type == scanner] if scanner is not None else [])]
        return self.page(*wanted, limit=limit, cursor=cursor)

    def one(self, kind: str, id: object) -> Row:
        """Return one. Raises NoData where there is none of that id and kind."""
        return self._one(self._mine(presets.c.id == id, presets.c.kind == kind), id)

    def put(self, kind: str, **values: object) -> Row:
        """Add one. Raises Conflict for a name that is taken, or when there are too many."""
        counted = sa.select(sa.func.count()).select_from(presets).where(self._is_mine, presets.c.kind == kind)
        if self._connection.execute(counted).scalar_one() >= MOST:
            raise Conflict(f"you have {MOST} of these already", hint="delete one first")
        return self.add(kind=kind, **values)

    def change_one(self, kind: str, id: object, **values: object) -> Row:
        """Change one. Raises NoData as `one` does, Conflict for a name that is taken."""
        self.one(kind, id)
        return self.change(id, **values)

    def remove_one(self, kind: str, id: object) -> None:
        """Remove one. Raises NoData as `one` does."""
        self.one(kind, id)
        self.remove(id)
