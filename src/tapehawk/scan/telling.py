"""A live scan's news in order: of a session's steps, of its end, and after a restart of what is still to be told.

Each piece of news is handed out once; that the next one is asked for says that it was heard. Where what was told is
remembered (`told.py`), the first step of a scan that is made again is compared with that, and tells of signals only:
events and triggers. The rows that go on are in the scan.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from tapehawk.scan.live import LiveScan
from tapehawk.scan.session_rows import Changes, Rows, differences
from tapehawk.scan.told import Heard, Told, forget, signals_of, unfinished


@dataclass(frozen=True, eq=False)
class News:
    """What a step of a scan brought. `stale_since`: the feed is behind since then (µs UTC), None when it is not.

    `missing`: symbols whose bars were not waited for any longer. `number`: what is remembered as told is numbered
    through the session, and news that come under the same number again (after a kill) are the same; 0 for what is not.
    `heard`: up to when other lives of this scan were heard for certain, µs UTC; 0 where none was. `left`: what they
    told since, said with the last of it, which is told once more before anything is scanned.
    """

    scan: LiveScan
    changes: Changes
    stale_since: int | None = None
    missing: tuple[str, ...] = ()
    number: int = 0
    heard: int = 0
    left: Changes = field(default_factory=Changes)

    def known_since(self, instant: str) -> News:
        """Return what could be known from an instant on (RFC 3339), and not before."""
        return replace(self, changes=self.changes.known_since(instant), left=self.left.known_since(instant))


class Telling:
    """The scan of the session that is watched, made by `begin`. `remember`: what was told survives the process."""

    def __init__(self, begin: Callable[[dt.date], LiveScan], *, remember: bool) -> None:
        self._begin, self._remember = begin, remember
        self._scan: LiveScan | None = None
        self._told: Told | None = None
        self._before: Heard | None = None  # what other lives told, until it has been compared with
        self._heard = 0

    @property
    def session(self) -> dt.date | None:
        """Return the session that is watched."""
        return self._scan.past.session if self._scan else None

    def turn(self, session: dt.date) -> Iterator[News]:
        """Go to a session: tell the last of the one before, hand its states over, and tell what another life left."""
        if self._scan is not None:
            yield from self._end(self._scan)
            self._scan.hand_over(self._scan.past.on(session))
            self.close()
            self._scan = None
        scan = self._begin(session)
        if self._remember:
            yield from self._left_by_others(scan)
            yield from self._remembered(scan)
        self._scan = scan

    def step(self, watermark: int, until: int) -> Iterator[News]:
        """Scan up to `until`, although bars behind the watermark may be missing; tell what that brings."""
        scan = self._need_scan()
        since = max(watermark, scan.reached)
        changes = self._made_anew(scan, until) if scan.outdated and not scan.over else self._stepped(scan, until)
        scan = self._need_scan()
        missing = scan.missing(since, min(until, scan.reached))
        yield from self._tell(scan, changes, missing)

    def close(self) -> None:
        """Let go of threads and files."""
        if self._scan is not None:
            self._scan.close()
        if self._told is not None:
            self._told.close()
            self._told = None

    def _need_scan(self) -> LiveScan:
        if self._scan is None:
            raise RuntimeError("no session is watched yet")
        return self._scan

    def _stepped(self, scan: LiveScan, until: int) -> Changes:
        return scan.step(until) if self._before is None else self._compared(scan, until)

    def _compared(self, scan: LiveScan, until: int) -> Changes:
        """Bring a scan to where other lives were, at least, and say what they did not."""
        before, self._before = self._before or Heard(), None
        scan.catch_up(max(until, self._told.seen if self._told else 0))
        return before.changes(scan)

    def _made_anew(self, scan: LiveScan, until: int) -> Changes:
        before = scan.held if self._before is None else Rows()
        scan.close()
        self._scan = fresh = self._begin(scan.past.session)
        if self._before is not None:
            return self._compared(fresh, max(until, scan.reached))
        fresh.step(max(until, scan.reached))
        return differences(before, fresh.held)

    def _end(self, scan: LiveScan) -> Iterator[News]:
        yield from self._tell(scan, self._stepped(scan, scan.ends))
        if self._told is not None:
            self._told.end()
            self._told.sync()

    def _tell(self, scan: LiveScan, changes: Changes, missing: tuple[str, ...] = ()) -> Iterator[News]:
        if self._told is None or not any(signals_of(changes)):
            yield News(scan, changes, missing=missing, heard=self._heard)
            self._confirm_what_was_left()
            return
        number = self._told.note(changes, scan.reached)
        yield News(scan, changes, missing=missing, number=number, heard=self._heard)
        self._told.confirm()
        self._told.sync()
        if self._told.is_long:
            self._told.sum_up(scan.summary())

    def _remembered(self, scan: LiveScan) -> Iterator[News]:
        """Go on with what was told of the scan's session; tell again what nobody knows to have been heard."""
        self._told = Told(scan.told_file, scan.meaning)
        self._before, self._heard = self._told.heard(), self._told.confirmed
        if (last := self._told.unconfirmed) is not None:
            yield News(scan, last, number=self._told.number, heard=self._heard, left=self._told.left)

    def _confirm_what_was_left(self) -> None:
        """Take what was told again as heard: who hears has by now what became of it, too."""
        if self._told is not None and self._told.unconfirmed is not None:
            self._told.confirm()

    def _left_by_others(self, scan: LiveScan) -> Iterator[News]:
        """Tell the rest of earlier sessions that a process died in, from their journals."""
        for path in unfinished(scan.told_file.parent, scan.past.session):
            earlier = self._begin(dt.date.fromisoformat(path.stem))
            if earlier.has_bars:
                yield from self._remembered(earlier)
                yield from self._end(earlier)
            earlier.close()
            if self._told is not None:
                self._told.close()
                self._told = None
            forget(path)
