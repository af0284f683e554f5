"""Instants: microseconds UTC within, RFC 3339 text in rows and answers."""

from __future__ import annotations

import datetime as dt
from typing import Final

_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def microseconds(moment: str | dt.datetime) -> int:
    """Return an instant, as text (RFC 3339) or as an aware datetime, in µs UTC."""
    moment = dt.datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return (moment - _EPOCH) // dt.timedelta(microseconds=1)
