"""Signals: a user's own, and all of them as they go on.

    scan ──signals, sized for the user──► of(user).signals.keep
    scan ──what became of them──────────► signals.follow         everybody's at once
    user ──by hand──────────────────────► of(user).signals.move  scans follow it no more

Both of the first may be told again: what is there already stays as it is.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from tapehawk.core.errors import BadInput, Conflict
from tapehawk.core.instants import microseconds
from tapehawk.core.signal_record import Change, Signal
from tapehawk.core.signal_states import ALLOWED, check_change
from tapehawk.records.adding import add_new
from tapehawk.records.days import check_days, within_days
from tapehawk.records.owned import OwnedRows, Row
from tapehawk.records.pages import Page, paged
from tapehawk.records.signal_rows import SHOWN, became, moved, row_of, with_pnl
from tapehawk.records.tables import signals

_AT_ONCE: Final = 500  # keys of one question
_LISTED: Final = sa.select(*(signals.c[column].label(name) for column, name in SHOWN))


@dataclass(frozen=True)
class Wanted:
    """Which signals are wanted; None: any. Dates are those of the setup's bar, in UTC, both inclusive.

    Raises BadInput for dates the wrong way round.
    """

    symbol: str | None = None
    scanner: str | None = None
    pattern: str | None = None
    direction: str | None = None
    phase: str | None = None
    status: str | None = None
    min_confidence: float | None = None
    from_: dt.date | None = None
    to: dt.date | None = None

    def __post_init__(self) -> None:
        check_days("signals", self.from_, self.to)

    def conditions(self) -> Iterator[sa.ColumnElement[bool]]:
        """Yield what a row has to meet."""
        for name in ("symbol", "scanner", "pattern", "direction", "phase", "status"):
            if getattr(self, name) is not None:
                yield signals.c[name] == getattr(self, name)
        if self.min_confidence is not None:
            yield sa.func.coalesce(signals.c.confidence, 0.0) >= self.min_confidence
        yield from within_days(signals.c.bar_time, self.from_, self.to)


class Signals(OwnedRows):
    """The signals of a user."""

    table = signals
    noun = "signal"
    newest_by = "bar_time"

    def wanted(self, wanted: Wanted, *, limit: int, cursor: str | None = None) -> Page:
        """Return those that are wanted as they are given (`signal_rows.shown`), the latest bar's first."""
        asked = _LISTED.where(self._is_mine, *wanted.conditions())
        by = (signals.c.bar_time, signals.c.id)
        page = paged(self._connection, asked, by, limit=limit, cursor=cursor)
        return Page([with_pnl(row) for row in page.items], page.next_cursor)

    def columns(self, *names: str, since: dt.datetime | None, until: dt.datetime | None) -> list[sa.Row[Any]]:
        """Return some columns of the signals of bars from an instant until before another."""
        asked = sa.select(*(signals.c[name] for name in names)).where(self._is_mine)
        asked = asked if since is None else asked.where(signals.c.bar_time >= since)
        asked = asked if until is None else asked.where(signals.c.bar_time < until)
        return list(self._connection.execute(asked.order_by(signals.c.bar_time, signals.c.id)))

    def state(self) -> tuple[int, dt.datetime | None]:
        """Return how many there are and when one last changed: it is another where anything about them is."""
        found = sa.select(sa.func.count(), sa.func.max(signals.c.updated_at)).where(self._is_mine)
        count, last = self._connection.execute(found).one()
        return count, last

    def origins(self) -> set[str]:
        """Return where they come from."""
        return set(self._connection.execute(sa.select(signals.c.origin).where(self._is_mine).distinct()).scalars())

    def open(self, most: int) -> list[Row]:
        """Return so many that are not over, the latest bar's first."""
        return self.page(signals.c.status.in_(tuple(ALLOWED)), limit=most).items

    def keep(self, found: Iterable[Signal], book: str = "") -> int:
        """Keep signals, and what has become of those that are there; return how many are new."""
        every = list(found)
        new = {row["setup_key"] for row in self.give(every, book)}
        _follow(self._connection, [one for one in every if str(one.key) not in new], self._is_mine)
        return len(new)

    def give(self, found: Iterable[Signal], book: str = "") -> list[Row]:
        """Keep the signals that are not there yet; return their rows. `book`: whose log says what becomes of them."""
        by_key = {str(one.key): one for one in found}
        about = {"user_id": self._user_id, "book": book}
        rows = [{"id": uuid.uuid4(), **about, **row_of(by_key[key])} for key in sorted(by_key)]
        new = add_new(self._connection, signals, rows, "setup_key")
        return [row for row in rows if row["setup_key"] in new]

    def move(self, id: uuid.UUID, status: str, *, now: dt.datetime) -> Row:
        """Take one to another status by hand. Raises NoData as `get` does, Conflict where its status forbids it."""
        row = self._one(self._mine(self._key == id).with_for_update(), id)
        try:
            check_change(row["status"], status)
        except BadInput as error:
            raise Conflict(error.message, hint=error.hint) from error
        return self.change(id, **moved(row, Change.by_hand(status, microseconds(now))))


class EverySignal:
    """Everybody's signals, for who follows them."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def follow(self, found: Iterable[Signal], book: str = "") -> list[Row]:
        """Let everybody's signals of these setups come to what these came to; return the rows that changed.

        These are the signals of the log of a book, whose `SignalChanged` events tell of them.
        """
        return _follow(self._connection, list(found), signals.c.book == book)

    def changed_since(self, since: dt.datetime) -> dict[uuid.UUID, set[dt.datetime]]:
        """Return whose signals of which bars have come or gone on since an instant."""
        changed = sa.select(signals.c.user_id, signals.c.bar_time).where(signals.c.updated_at >= since).distinct()
        found: dict[uuid.UUID, set[dt.datetime]] = {}
        for user_id, bar_time in self._connection.execute(changed):
            found.setdefault(user_id, set()).add(bar_time)
        return found


def _follow(connection: sa.Connection, found: Sequence[Signal], whose: sa.ColumnElement[bool]) -> list[Row]:
    changes = {str(one.key): one.history[1:] for one in found if len(one.history) > 1}
    keys, changed = sorted(changes), list[Row]()
    for begin in range(0, len(keys), _AT_ONCE):
        asked = sa.select(signals).where(whose, signals.c.setup_key.in_(keys[begin : begin + _AT_ONCE]))
        rows = map(dict, connection.execute(asked.order_by(signals.c.id).with_for_update()).mappings().all())
        gone_on = [(row, new) for row in rows if (new := became(row, changes[row["setup_key"]]))]
        _write(connection, [{"of": row["id"], **_renamed(new)} for row, new in gone_on])
        changed += [{**row, **new} for row, new in gone_on]
    return changed


def _renamed(values: Row) -> Row:
    """Return values under names of parameters, which must not be those of columns."""
    return {f"new_{name}": value for name, value in values.items()}


def _write(connection: sa.Connection, parts: Sequence[Row]) -> None:
    if parts:
        values: dict[str, Any] = {name.removeprefix("new_"): sa.bindparam(name) for name in parts[0] if name != "of"}
        connection.execute(signals.update().where(signals.c.id == sa.bindparam("of")).values(values), parts)
