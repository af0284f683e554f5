"""The signals that a live scan makes: kept in the log of their origin, moved on by the bars that come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from tapehawk.core.events import SignalChanged
from tapehawk.core.instants import microseconds
from tapehawk.core.panel import Panel
from tapehawk.core.series import TIMEFRAMES
from tapehawk.core.signal_record import origin_of
from tapehawk.core.signal_states import ENDED, OUTCOMES, SUCCESS
from tapehawk.data.open_session import MINUTE_US
from tapehawk.data.signal_log import SignalLog
from tapehawk.scan.following import News
from tapehawk.scan.hit_table import Row, key_of
from tapehawk.scan.intrabar import is_intrabar
from tapehawk.scan.live import LiveScan
from tapehawk.scan.metrics import PhaseMetrics
from tapehawk.scan.session_rows import Changes
from tapehawk.scan.signal_book import SignalBook
from tapehawk.scan.signal_life import opened

LATE: Final = 20 * MINUTE_US
"""Within which bars are corrected as a rule: older ones are looked for where events tell of them."""


class Keeping:
    """A book for each session that is scanned, over one log in the store at `root`; counts what comes of it.

    `since`: rows that could be known before (RFC 3339) become no signals.
    """

    def __init__(self, root: Path, labels: tuple[str, ...], metrics: PhaseMetrics, *, since: str = "") -> None:
        self._log, self._metrics, self._since = SignalLog(root, origin_of(labels)), metrics, since
        self._scan: LiveScan | None = None
        self._book: SignalBook | None = None
        self._done, self._left = 0, Changes()
        self._decided, self._won = Counter[str](), Counter[str]()

    def take(self, news: News) -> list[SignalChanged]:
        """Take what a step brought; return what became of signals, which is on the disk by then.

        A scan that begins, or is made anew, may tell little of the bars that it goes over first: its rows are taken
        then, those that another life of it can't have kept, and what is there already stays as it is.
        """
        scan, changes = news.scan, news.changes
        if self._book is None or scan is not self._scan:
            self._book, self._scan, self._done = opened(self._log, scan.past), scan, 0
        if news.left:  # they are told again, and nothing is scanned yet
            self._left = self._left + news.left
            return []
        panel, rows, gone, changed = scan.bars(self._done), changes.added, changes.withdrawn, []
        if not self._done:
            rows, gone = self._of_other_lives(news)
            before = [row for row in gone if not is_intrabar(row)]  # nobody would have traded what came to nothing
            changed = self._stepped(panel.select(()), rows, before)
            rows, gone = [], [row for row in gone if is_intrabar(row)]
            self._left = Changes()
        changed += self._stepped(panel, rows, gone)
        self._done = scan.done
        self._count(changed)
        self._metrics.took_back(_gone(changes))
        return changed

    def _stepped(self, panel: Panel, rows: Sequence[Row], gone: Sequence[Row]) -> list[SignalChanged]:
        scan, book = self._scan, self._book
        if scan is None or book is None:
            raise RuntimeError("no session is watched yet")
        return book.step(panel, rows, gone, through=scan.through, data_version=scan.data_version)

    def _of_other_lives(self, news: News) -> tuple[list[Row], list[Row]]:
        """Return the rows that another life may not have kept, and those that it told of and that are gone."""
        told = self._left + news.changes
        gone, scan = [*told.withdrawn, *told.retracted], news.scan
        bars = (microseconds(row["bar_time"]) for row in [*told.events, *gone])
        late = LATE + TIMEFRAMES[scan.past.timeframe] * MINUTE_US
        found = scan.rows_since(news.heard and min([news.heard - late, *bars]))
        rows = [row for row in [*told.added, *found.values()] if row["available_at"] >= self._since]
        return rows, [row for row in gone if key_of(row) not in found]

    def _count(self, changed: Sequence[SignalChanged]) -> None:
        known = self._log.known() if changed else {}
        self._metrics.brought(known[event.setup_key].row for event in changed if event.after == "active")
        for signal in (known[event.setup_key] for event in changed if event.after == "closed"):
            phase = signal.row["phase"]
            self._decided[phase] += signal.outcome in ENDED
            self._won[phase] += signal.outcome == OUTCOMES[SUCCESS]
            if self._decided[phase]:
                self._metrics.phases[phase].turned_out(self._won[phase] / self._decided[phase], self._decided[phase])


def _gone(changes: Changes) -> Iterator[Row]:
    """Yield the events and triggers that hold no longer; those that are other than before, or confirmed, do."""
    events, rows = (set(map(key_of, some)) for some in (changes.events, changes.added))
    yield from (row for row in changes.retracted if key_of(row) not in events)
    yield from (row for row in changes.withdrawn if is_intrabar(row) and key_of(row) not in rows)
