"""Live scanning as a screen: the session clock, how far bars have come, counts by phase, and signals as they come."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from threading import Lock
from typing import TYPE_CHECKING, Final

from rich.text import Text

from tapehawk.cli import numbers
from tapehawk.cli.counts import HEAD, counts
from tapehawk.cli.full_screen import full_screen
from tapehawk.cli.live_lines import OF_BEFORE, came_late, ending, silent, some, title, true_now, unjudged
from tapehawk.cli.session_clock import ExchangeClock
from tapehawk.cli.signal_lines import COLUMNS, Row, on_screen
from tapehawk.cli.table import fitted, table

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from tapehawk.app.beats import Beat, LiveTold, Watched

KEPT: Final = 500  # rows: more than a window has lines
MOST_AT_THE_END: Final = 60
AROUND_ROWS: Final = 3  # lines: the head of the table, its rule, and the line below


class LiveScreen:
    """What the screen knows; it is told from one thread and drawn from another."""

    def __init__(self, console: Console, market: str) -> None:
        self._console, self._clock = console, ExchangeClock(market)
        self._lock = Lock()
        self._watched: Watched | None = None
        self._last: Beat | None = None
        self._rows: deque[Row] = deque(maxlen=KEPT)
        self._shown = self._missing_at = 0
        self._missing: tuple[str, ...] = ()

    def show(self, run: Callable[[LiveTold], None]) -> None:
        """Run what tells of beats while the screen is up.

        What is left in the terminal: a line, and where it was not interrupted the last rows.
        """
        from tapehawk.app.beats import LiveTold

        try:
            with full_screen(self._console, self.draw):
                run(LiveTold(self.start, self.beat, states=True))
            if self._rows:
                table(self._console, COLUMNS, list(self._rows)[:MOST_AT_THE_END][::-1])
        finally:
            if self._watched:
                self._console.print(ending(self._shown, self._last.at if self._last else 0, self._clock))

    def start(self, watched: Watched) -> None:
        """Take what is going to be watched."""
        with self._lock:
            self._watched = watched

    def beat(self, beat: Beat) -> None:
        """Take what a step brought."""
        with self._lock:
            self._last = beat
            self._missing = beat.missing or (self._missing if beat.at == self._missing_at else ())
            self._missing_at = beat.at
            hits = [on_screen(row, self._clock.zone, news) for news, row in beat.hits()]
            self._shown += sum(row["news"] not in OF_BEFORE for row in hits)
            self._rows.extendleft(sorted(hits, key=_place))

    def draw(self, width: int, height: int) -> Iterator[RenderableType]:
        """Draw it at a size."""
        with self._lock:
            watched, last, rows = self._watched, self._last, list(self._rows)
        if watched is None:
            yield Text("opening", style="dim")
            return
        above = [title(watched), *self._unjudged(watched), *self._state(watched, last), Text()]
        for text in above:
            text.no_wrap, text.overflow = True, "ellipsis"
        yield from above
        metrics = last.metrics if last else {}
        if metrics:
            yield counts("phase", metrics, width)
            yield Text()
        used = len(above) + (HEAD + 1 + len(metrics)) * bool(metrics)
        if rows:
            yield fitted(COLUMNS, rows[: max(1, height - used - AROUND_ROWS)], width)[0]
        yield Text(f"{self._shown:,} rows so far, the newest first; Ctrl-C ends", style="dim")

    def _unjudged(self, watched: Watched) -> Iterator[Text]:
        said = unjudged(watched.timeframe, folded=watched.folded)
        if said:
            yield Text(said, "dim")

    def _state(self, watched: Watched, last: Beat | None) -> Iterator[Text]:
        """Yield the clock, and how far bars have come."""
        now = watched.now()
        phase = watched.plan.phase_at(now)
        yield self._clock.line(phase, now)
        if last is None:
            reading = "reading the bars before; " if phase.is_open else ""
            yield Text(f"{reading}waiting for the first bar", style="dim")
            return
        said = [
            f"watermark {self._clock.clock(last.watermark)}",
            f"scanned to {self._clock.clock(last.at)}",
            f"{last.came:,} of {last.expected:,} symbols had a bar",
        ]
        if phase.is_open:
            said.insert(1, f"lag {numbers.duration(max(0, now - last.watermark) / 1e6)}")
            said.append(f"next scan {self._clock.clock(watched.plan.next_due(now))}")
        yield Text(" · ".join(said))
        yield self._trust(watched, last)
        if self._missing:
            yield Text(f"not waited for: {some(self._missing)}", style="yellow")
        if last.silent:
            yield Text(silent(last.silent, self._clock), style="yellow")
        yield Text(true_now(last.states))

    def _trust(self, watched: Watched, last: Beat) -> Text:
        """Return how far to trust it; the labels of the bars stand here too, where no window is too narrow for them."""
        text = Text()
        for label in (*watched.series.labels, *(["replay"] if watched.day else [])):
            text.append(f"[{label}] ", style="bold yellow")
        if last.stale_since is None:
            text.append("up to date", style="green")
        else:
            text.append(f"stale since {self._clock.clock(last.stale_since)} {self._clock.short}", "bold red")
        if last.trouble:
            text.append(f": {last.trouble}", "yellow" if last.stale_since is None else "bold red")
        return text.append(f" · {came_late(last.late)}", style="yellow") if last.late else text


def _place(row: Row) -> tuple[bool, str, float]:
    """Return where a row stands among those of a step, the topmost last: hits above what became of earlier ones."""
    return row["news"] not in OF_BEFORE, row["bar_time"], row["score"] or 0.0
