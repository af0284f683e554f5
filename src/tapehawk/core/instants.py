"""Instants: microseconds UTC within, datetimes where a calendar is asked, RFC 3339 text in rows and answers."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:  # light commands of the terminal load no numpy
    from tapehawk.core.panel import Ints

_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def microseconds(moment: str | dt.datetime) -> int:
    """Return an instant, as text (RFC 3339) or as a datetime, in µs UTC.

    Raises ValueError for text that is none, TypeError for an instant without a zone.
    """
    moment = dt.datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return (moment - _EPOCH) // dt.timedelta(microseconds=1)


def datetime_of(instant: int) -> dt.datetime:
    """Return an instant (µs UTC, which may be an integer of numpy's) as a datetime in UTC."""
    return _EPOCH + dt.timedelta(microseconds=int(instant))


def rfc3339(moment: int | dt.datetime, timespec: str = "auto") -> str:
    """Return an instant (µs UTC), or a datetime in whatever zone it has, as text; Z is UTC.

    `timespec`: "auto" writes the fraction of a second where there is one; "seconds" and "minutes" end there.
    """
    moment = moment if isinstance(moment, dt.datetime) else datetime_of(moment)
    return moment.isoformat(timespec=timespec).replace("+00:00", "Z")


def rfc3339_or_none(instant: int | None, timespec: str = "auto") -> str | None:
    """Return an instant as text, None where there is none yet, which 0 says as well."""
    return rfc3339(instant, timespec) if instant else None


def rfc3339_each(instants: Ints) -> list[str]:
    """Return instants in whole seconds as text; in a market most share theirs."""
    import numpy as np

    different, which = np.unique(instants, return_inverse=True)
    texts = [f"{text}Z" for text in np.datetime_as_string(different.astype("datetime64[us]"), unit="s").tolist()]
    return [texts[number] for number in which.tolist()]
