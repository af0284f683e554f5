"""Who shows a two-phase scan: a screen whose rows fill in, lines for a pipe, messages for programs.

    QuickScanComplete → every row at once      SymbolAnalyzed → that row deepens      DeepAnalysisComplete → the end

The screen only notes events and is drawn a few times a second by a thread of its own (`full_screen.py`); what it showed
at the end is printed where the terminal goes on.
"""

from __future__ import annotations

import json
import sys
from collections import deque
from collections.abc import Mapping, Sequence
from threading import RLock
from types import TracebackType
from typing import Any, Final, Self

from rich.console import Console, Group, RenderableType
from rich.text import Text

from tapehawk.cli.full_screen import full_screen, has_screen
from tapehawk.cli.quick_rows import NOT_YET, columns_for, deepened, line, why_nothing
from tapehawk.cli.table import fitted
from tapehawk.core.events import (
    AnalysisProgress,
    DeepAnalysisComplete,
    Event,
    QuickScanComplete,
    StateChanged,
    SymbolAnalyzed,
)

SHOWN_CHANGES: Final = 5
AROUND: Final = 6  # lines of a screen that are not rows: title, head and its rule, what is left out, progress, cursor


class Shows:
    """Shows what a scan tells; a context that is left as clean as it was entered. `is_complete`: nothing comes."""

    def __init__(self) -> None:
        self.is_complete = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Leave nothing behind."""

    def hear(self, event: Event) -> None:
        """Take an event in."""
        self.is_complete = isinstance(event, DeepAnalysisComplete)


class Messages(Shows):
    """A message a line, with the events' names of the wire."""

    def hear(self, event: Event) -> None:
        """Print the event."""
        from tapehawk.scan.quick_wire import message

        sys.stdout.write(json.dumps(message(event), ensure_ascii=False, allow_nan=False) + "\n")
        sys.stdout.flush()
        super().hear(event)


class Rows(Shows):
    """The rows of a scan with what is known deeply of each so far; `title` names the scan."""

    def __init__(self, console: Console, title: str) -> None:
        super().__init__()
        self._console, self._title, self._lock = console, title, RLock()
        self._rows: dict[str, dict[str, Any]] = {}
        self._labels: list[str] = []
        self._processed = self._failed = 0
        self._why = ""
        self._changes: deque[str] = deque(maxlen=SHOWN_CHANGES)

    def hear(self, event: Event) -> None:
        """Note the event."""
        with self._lock:
            if isinstance(event, StateChanged):
                self._change(event)
            if isinstance(event, QuickScanComplete):
                self._begin(event.signals)
            elif isinstance(event, SymbolAnalyzed):
                self._deepen(event.symbol, event.deep_data)
            elif isinstance(event, AnalysisProgress):
                self._processed = event.processed
            super().hear(event)

    def _begin(self, signals: Sequence[Mapping[str, Any]]) -> None:
        self._rows.clear()  # of the scan before, where scans go on
        self._processed = self._failed = 0
        first = signals[0]["labels"] if signals else ()
        self._labels = [label for label in first if all(label in row["labels"] for row in signals)]
        for row in signals:
            own = [label for label in row["labels"] if label not in self._labels]
            self._rows[row["symbol"]] = {**row, **NOT_YET, "labels": own}

    def _deepen(self, symbol: str, parts: Mapping[str, Any]) -> None:
        self._rows[symbol] |= deepened(parts)
        why = why_nothing(parts)
        if why is not None:
            self._failed, self._why = self._failed + 1, f"{symbol}: {why}"

    def _change(self, event: StateChanged) -> None:
        self._changes.append(changed(event))

    def _head(self) -> Text:
        head = Text.assemble(
            ("quick scan", "bold cyan"), f" · {self._title} · ", (f"{len(self._rows):,} symbols", "bold")
        )
        for label in self._labels:
            head.append("  ").append(f"[{label}]", style="bold yellow")
        return head

    def _progress(self) -> Text:
        count = len(self._rows)
        said = "all analysed" if self.is_complete else f"{self._processed:,} of {count:,} analysed"
        if not (self._processed or self.is_complete):
            said = "the deep analysis is made ready (its first time builds panels)"
        progress = Text(said, style="dim")
        if self._failed:
            progress.append(f" · {self._failed:,} without an analysis ({self._why})", style="yellow")
        if self._changes:
            progress.append(f" · changed: {', '.join(self._changes)}", style="cyan")
        return progress


class Lines(Rows):
    """Plain lines for a pipe: every row at once, then a line a symbol as it is analysed."""

    def _begin(self, signals: Sequence[Mapping[str, Any]]) -> None:
        super()._begin(signals)
        rows = list(self._rows.values())
        quick = [column for column in columns_for(rows) if column.key not in NOT_YET]
        drawn, _ = fitted(quick, rows, self._console.width)
        self._console.print(self._head(), drawn, "", sep="\n")

    def _deepen(self, symbol: str, parts: Mapping[str, Any]) -> None:
        super()._deepen(symbol, parts)
        why = why_nothing(parts)
        self._console.print(Text(f"{symbol}  {why}" if why else line(self._rows[symbol])), soft_wrap=True)

    def _change(self, event: StateChanged) -> None:
        self._console.print(Text(f"changed: {changed(event)}", style="cyan"), soft_wrap=True)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Say how it ended."""
        self._console.print(self._progress(), soft_wrap=True)


class Screen(Rows):
    """A terminal's screen that is drawn anew as results come."""

    def __init__(self, console: Console, title: str) -> None:
        super().__init__(console, title)
        self._page = full_screen(console, self._while_it_is_up)

    def __enter__(self) -> Self:
        try:
            self._page.__enter__()
        except BaseException:  # Ctrl-C as early as that: the rows are there all the same
            self._leave()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Give the terminal back, with the table as it stands."""
        self._page.__exit__(None, None, None)
        self._leave()

    def _leave(self) -> None:
        self._console.print(Group(*self.drawn(self._console.width, self._console.height)))

    def _while_it_is_up(self, width: int, height: int) -> list[RenderableType]:
        return [*self.drawn(width, height - 1), Text("Ctrl-C ends", style="dim")]

    def drawn(self, width: int, height: int) -> list[RenderableType]:
        """Return what is known now, as large as the terminal is."""
        with self._lock:
            rows = list(self._rows.values())[: max(1, height - AROUND)]
            drawn, columns = fitted(columns_for(rows), rows, width)
            below = [*self._more(len(self._rows) - len(rows), columns), self._progress()]
            head = self._head()
        for text in (head, *below):
            text.no_wrap, text.overflow = True, "ellipsis"
        return [head, drawn, *below]

    def _more(self, rows: int, columns: int) -> list[Text]:
        said = [f"{rows:,} more symbols, less strong"] if rows > 0 else []
        said += [f"{columns} more columns (a wider terminal shows them)"] if columns else []
        return [Text(f"… {' and '.join(said)}; --format json has all", style="dim")] if said else []


def changed(event: StateChanged) -> str:
    """Say what differs from the scan before."""
    before, after = (f"{value:g}" if isinstance(value, float) else str(value) for value in (event.before, event.after))
    return f"{event.symbol} {event.field} {before} → {after}"


def shown_by(console: Console, title: str, *, as_json: bool) -> Shows:
    """Return who shows a scan: messages for programs, a screen on a terminal, lines in a pipe."""
    if as_json:
        return Messages()
    return Screen(console, title) if has_screen(console) else Lines(console, title)
