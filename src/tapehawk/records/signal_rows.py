"""A signal as a row: what was said in columns, what has become of it as its history and what follows from that.

The database says `entry_price` and `stop_loss` where everybody else says `entry` and `stop`.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from typing import Any, Final

from tapehawk.core.signal_record import BY_HAND, Change, Signal
from tapehawk.core.signal_shape import history_row, hypothetical_pnl, plain_signal
from tapehawk.core.signal_states import ALLOWED
from tapehawk.records.owned import Row
from tapehawk.records.tables import signals

_NAMES: Final = {"entry": "entry_price", "stop": "stop_loss"}
_NOT_STORED: Final = ("id", "hypothetical_pnl")
_TIMES: Final = ("bar_time", "available_at", "created_at", "updated_at")
_NOT_SHOWN: Final = ("user_id", "history", "book", "written_at")
_GIVEN: Final = {column: name for name, column in _NAMES.items()}
SHOWN: Final = [(str(c.name), _GIVEN.get(c.name, str(c.name))) for c in signals.columns if c.name not in _NOT_SHOWN]
"""Columns and the names they are given under, as plain strings: SQLAlchemy's own are no keys of JSON."""


def row_of(one: Signal) -> Row:
    """Return a signal as a row of nobody yet."""
    plain = plain_signal(one)
    row: Row = {_NAMES.get(name, name): _finite(value) for name, value in plain.items() if name not in _NOT_STORED}
    row |= {name: dt.datetime.fromisoformat(plain[name]) for name in _TIMES}
    row["volume"] = None if row["volume"] is None else round(row["volume"])
    return row | {"history": [history_row(made) for made in one.history]}


def shown(row: Row) -> dict[str, Any]:
    """Return a row as a signal is given (`core/signal_shape.py`); its id is the record's."""
    plain = {name: row[column] for column, name in SHOWN}
    return with_pnl(plain)


def with_pnl(plain: dict[str, Any]) -> dict[str, Any]:
    """Add what nobody stores to a signal under its published names."""
    plain["hypothetical_pnl"] = hypothetical_pnl(plain["r"], plain["risk_amount"])
    return plain


def became(row: Row, changes: Sequence[Change]) -> Row | None:
    """Return the columns that change as a signal goes on; None where nothing does.

    A change that its status does not allow, or that is there already, is passed over; what somebody has moved by hand
    is theirs.
    """
    history = list(row["history"])
    for made in changes:
        last = history[-1]
        if last["reason"] != BY_HAND and made.status in ALLOWED.get(last["status"], ()):
            history.append(history_row(made))
    return _after(history) if len(history) > len(row["history"]) else None


def moved(row: Row, made: Change) -> Row:
    """Return the columns that change as somebody moves a signal, which is allowed."""
    return _after([*row["history"], history_row(made)])


def _after(history: list[dict[str, Any]]) -> Row:
    """Return what follows from a history."""
    by_status, last = {one["status"]: one for one in history}, history[-1]
    triggered, closed = by_status.get("triggered", {}), by_status.get("closed", {})
    return {
        "history": history,
        "status": last["status"],
        "outcome": last["outcome"],
        "trigger_price": triggered.get("price"),
        "exit_price": closed.get("price"),
        "r": closed.get("r"),
        "updated_at": dt.datetime.fromisoformat(last["at"]),
    }


def _finite(value: object) -> object:
    return None if isinstance(value, float) and not math.isfinite(value) else value
