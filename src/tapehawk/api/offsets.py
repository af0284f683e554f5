"""Cursors of lists that are computed anew for every page: how many items came before."""

from __future__ import annotations

import base64
import re
from typing import Final

from tapehawk.core.errors import BadInput

_MOST: Final = 10_000_000


def next_offset(offset: int) -> str:
    """Return the cursor of the page that begins behind so many items."""
    return base64.urlsafe_b64encode(f"after {offset}".encode()).decode().rstrip("=")


def offset_of(cursor: str | None) -> int:
    """Return how many items come before a page. Raises BadInput for a cursor that is none."""
    if cursor is None:
        return 0
    try:
        said = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)).decode("ascii")
    except ValueError:
        said = ""
    found = re.fullmatch(r"after ([0-9]{1,8})", said)
    if found is None or int(found[1]) > _MOST:
        raise BadInput("this cursor is none", hint="a cursor is the `next_cursor` of the page before")
    return int(found[1])
