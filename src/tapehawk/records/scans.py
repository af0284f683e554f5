"""Range scans."""

from __future__ import annotations

from typing import ClassVar

import sqlalchemy as sa

from tapehawk.records.owned import OwnedRows
from tapehawk.records.tables import scans


class OwnedScans(OwnedRows):
    """A user's own."""

    table: ClassVar[sa.Table] = scans
    noun: ClassVar[str] = "scan"
