"""`scanner run --stream` as a screen: the rows as they are now, which of them are new, and which are gone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from threading import Lock
from typing import TYPE_CHECKING, Final

from rich.text import Text

from tapehawk.cli.rounds import RoundLines, RoundMessages, Seen
from tapehawk.cli.signal_lines import COLUMNS, Row, on_screen
from tapehawk.cli.table import fitted

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tapehawk.app.asking import Asked
    from tapehawk.app.settings import Settings
    from tapehawk.app.streaming import RoundNews
    from tapehawk.scan.rounds import Pace

AROUND_ROWS: Final = 3  # lines: the head of the table, its rule, and the line below


def stream(known: Settings, asked: Asked, pace: Pace, *, as_json: bool) -> None:
    """Scan in rounds until interrupted, and show them: a screen on a terminal, else lines or messages."""
    from tapehawk.app.asking import scanners_named
    from tapehawk.app.streaming import scan_in_rounds
    from tapehawk.cli.full_screen import full_screen, has_screen
    from tapehawk.cli.terminal import screen
    from tapehawk.data.providers.wire.clock import SYSTEM

    console = screen(known)
    if as_json or not has_screen(console):
        told = RoundMessages() if as_json else RoundLines(console, asked)
        scan_in_rounds(known, asked, told.tell, pace)
        return
    board = StreamScreen(scanners_named(asked.scanners, asked.timeframe, known.scanners), Seen(asked, SYSTEM.now))
    with full_screen(console, board.draw):
        scan_in_rounds(known, asked, board.tell, pace)


class StreamScreen:
    """What the screen knows; it is told from one thread and drawn from another."""

    def __init__(self, scanners: Sequence[str], seen: Seen) -> None:
        self._scanners, self._seen, self._lock = scanners, seen, Lock()
        self._rows: list[Row] = []

    def tell(self, news: RoundNews) -> None:
        """Take a round."""
        zone, daily = self._seen.clock.zone, self._seen.daily
        with self._lock:
            self._seen.take(news)
            gone = [
                on_screen(row, zone, "gone", daily=daily) for look in news.round.looks for row in look.changes.withdrawn
            ]
            here = [on_screen(row, zone, self._seen.news_of(row), daily=daily) for row in news.round.rows]
            self._rows = sorted([*gone, *here], key=lambda row: (not row["news"], -(row["score"] or 0.0)))

    def draw(self, width: int, height: int) -> Iterator[RenderableType]:
        """Draw it at a size."""
        with self._lock:
            above = [*self._seen.state(self._scanners), *self._seen.errors, Text()]
            rows = self._rows
        for text in above:
            text.no_wrap, text.overflow = True, "ellipsis"
        yield from above
        room = max(1, height - len(above) - AROUND_ROWS)
        if rows:
            yield fitted(COLUMNS, rows[:room], width)[0]
        more = f"{len(rows) - room:,} more rows; " if len(rows) > room else ""
        yield Text(f"{more}Ctrl-C ends", style="dim")
