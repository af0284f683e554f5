"""Watchlists: the symbols that a user watches, each once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa

from tapehawk.core.errors import BadInput
from tapehawk.records.adding import add_new
from tapehawk.records.owned import OwnedRows
from tapehawk.records.tables import watchlists

MOST: Final = 10_000
"""Symbols of a watchlist."""


class Watchlist(OwnedRows):
    """The watchlist of a user."""

    table = watchlists
    noun = "symbol on the watchlist"
    newest_by = "added_at"

    def symbols(self) -> list[str]:
        """Return every symbol, by the alphabet."""
        wanted = sa.select(watchlists.c.symbol).where(self._is_mine, watchlists.c.is_active)
        return list(self._connection.execute(wanted.order_by(watchlists.c.symbol)).scalars())

    def watch(self, symbols: Sequence[str], *, now: dt.datetime) -> list[str]:
        """Add symbols; return those that are new. Raises BadInput where the list would be too long."""
        rows = [{"user_id": self._user_id, "symbol": symbol, "added_at": now} for symbol in sorted(set(symbols))]
        new: set[str] = add_new(self._connection, watchlists, rows, "symbol")
        count = sa.select(sa.func.count()).select_from(watchlists).where(self._is_mine)
        if self._connection.execute(count).scalar_one() > MOST:
            raise BadInput(f"a watchlist holds {MOST:,} symbols at most", hint="remove some first")
        return sorted(new)

    def unwatch(self, symbols: Sequence[str]) -> list[str]:
        """Remove symbols; return those that were there."""
        gone = watchlists.delete().where(self._is_mine, watchlists.c.symbol.in_(set(symbols)))
        return sorted(self._connection.execute(gone.returning(watchlists.c.symbol)).scalars())
