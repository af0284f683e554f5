"""Portfolios: named lists of symbols."""

from __future__ import annotations

import uuid

from tapehawk.records.owned import OwnedRows, Row
from tapehawk.records.tables import portfolios


class Portfolios(OwnedRows):
    """The portfolios of a user."""

    table = portfolios
    noun = "portfolio"

    def held(self, id: uuid.UUID) -> Row:
        """Return one that nobody else changes until this transaction ends. Raises NoData as `get` does."""
        return self._one(self._mine(self._key == id).with_for_update(), id)
