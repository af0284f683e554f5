"""Portfolios: named lists of symbols."""

from __future__ import annotations

from tapehawk.records.owned import OwnedRows
from tapehawk.records.tables import portfolios


class Portfolios(OwnedRows):
    """The portfolios of a user."""

    table = portfolios
    noun = "portfolio"
