"""Rows of a span of days in UTC, both ends included; None: without that end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import sqlalchemy as sa

from tapehawk.core.errors import BadInput


def check_days(what: str, first: dt.date | None, last: dt.date | None) -> None:
    """Raise BadInput for days the wrong way round."""
    if first and last and first > last:
        raise BadInput(f"{what} from {first} to {last}, which is earlier", hint="the other way round")


def within_days(
    column: sa.Column[dt.datetime], first: dt.date | None, last: dt.date | None
) -> Iterator[sa.ColumnElement[bool]]:
    """Yield what an instant has to meet."""
    if first is not None:
        yield column >= dt.datetime.combine(first, dt.time.min, dt.UTC)
    if last is not None:
        yield column <= dt.datetime.combine(last, dt.time.max, dt.UTC)
