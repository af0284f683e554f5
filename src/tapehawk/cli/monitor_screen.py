"""What `scanner monitor` shows: a screen, lines, or messages for programs."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from threading import Lock
from typing import TYPE_CHECKING, Final

from rich.text import Text

from tapehawk.cli.counts import HEAD, counts
from tapehawk.cli.rounds import errors, summary
from tapehawk.cli.signal_lines import Messages, Row, line

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from tapehawk.app.streaming import RoundNews
    from tapehawk.cli.rounds import Seen

ROWS_KEPT: Final = 200


class MonitorScreen:
    """What the screen knows; it is told from one thread and drawn from another."""

    def __init__(self, scanners: Sequence[str], seen: Seen) -> None:
        self._scanners, self._seen, self._lock = scanners, seen, Lock()
        self._rows: deque[Text] = deque(maxlen=ROWS_KEPT)

    def tell(self, news: RoundNews) -> None:
        """Take a round."""
        with self._lock:
            self._seen.take(news)
            if news.round.number == 1:
                return  # nothing is new in it: there is no round before
            for look in news.round.looks:
                for what, style, rows in (("gone", "yellow", look.changes.withdrawn), ("new ", "", look.changes.added)):
                    self._rows.extendleft(Text(f"{what}  {self._line(row)}", style) for row in rows)

    def _line(self, row: Row) -> str:
        return line(row, self._seen.clock.zone, daily=self._seen.daily)

    def draw(self, width: int, height: int) -> Iterator[RenderableType]:
        """Draw it at a size."""
        with self._lock:
            above, last = [*self._seen.state(self._scanners), Text()], self._seen.last
            below = [*self._errors(), *self._news()]
        for text in (*above, *below):
            text.no_wrap, text.overflow = True, "ellipsis"
        yield from above
        if last:
            yield from self._counts(last, width)
        used = len(above) + (2 * (HEAD + 1) + len(last.by_scanner) + len(last.by_phase) if last else 0)
        yield from below[: max(0, height - used - 1)]
        yield Text("Ctrl-C ends", style="dim")

    def _counts(self, last: RoundNews, width: int) -> Iterator[RenderableType]:
        yield counts("scanner", last.by_scanner, width, minutes=last.minutes)
        yield Text()
        yield counts("phase", last.by_phase, width)
        yield Text()

    def _errors(self) -> Iterator[Text]:
        if self._seen.errors:
            yield Text("last errors", style="bold")
            yield from reversed(self._seen.errors)
            yield Text()

    def _news(self) -> Iterator[Text]:
        if self._rows:
            yield Text("what changed, the newest first", style="bold")
            yield from self._rows


class MonitorLines:
    """Prints a line of every round, its errors, and at the end the counts."""

    def __init__(self, console: Console, seen: Seen) -> None:
        self._out, self._seen = console, seen

    def tell(self, news: RoundNews) -> None:
        """Print a round."""
        self._seen.take(news)
        self._out.print(Text(f"{self._seen.clock.seconds(news.round.at)}  {summary(news)}"), soft_wrap=True)
        for text in errors(news, self._seen.clock):
            self._out.print(text, soft_wrap=True)

    def end(self) -> None:
        """Print what all of it came to."""
        last = self._seen.last
        if last:
            self._out.print(counts("scanner", last.by_scanner, self._out.width, minutes=last.minutes))


class MonitorMessages:
    """Writes a message of every round."""

    def __init__(self) -> None:
        self._messages, self._rounds, self._at = Messages(), 0, 0

    def tell(self, news: RoundNews) -> None:
        """Write a round."""
        self._rounds, self._at = news.round.number, news.round.at
        looks = news.round.looks
        self._messages.say(
            "metrics",
            self._at,
            rows=len(news.round.rows),
            scanners=news.by_scanner,
            phases=news.by_phase,
            errors=[{"scanner_type": look.scanner, "error": look.error.message} for look in looks if look.error],
        )

    def end(self) -> None:
        """Say that it ended."""
        self._messages.say("complete", self._at or None, rounds=self._rounds)
