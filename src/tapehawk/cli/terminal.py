"""The terminal: colour where it is one, plain text of any width where it is a pipe, progress on standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Timer
from typing import TYPE_CHECKING, Final, NoReturn

import typer
from rich.console import Console

from tapehawk.cli.exits import FINE

if TYPE_CHECKING:
    from tapehawk.app.settings import Settings

WIDE: Final = 1000  # a pipe has no width: nothing is wrapped or cut for it
QUIET_SECONDS: Final = 0.5  # what takes less shows no progress


class Screen(Console):
    """A console whose reader may leave."""

    def on_broken_pipe(self) -> NoReturn:
        """End quietly when nobody reads any more."""
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(FINE)


def screen(settings: Settings) -> Screen:
    """Return standard output as the settings want it."""
    return plain_screen(colour=settings.cli.color_output)


def plain_screen(*, colour: bool = True) -> Screen:
    """Return standard output."""
    piped = not sys.stdout.isatty()
    width = WIDE if piped and "COLUMNS" not in os.environ else None
    return Screen(width=width, highlight=False, no_color=None if colour else True)


def complaints() -> Screen:
    """Return standard error, for errors and remarks."""
    return Screen(stderr=True, highlight=False, soft_wrap=True)


def remark(text: str) -> None:
    """Print a line that is not part of the answer."""
    complaints().print(text, style="dim", markup=False)


@contextmanager
def working(settings: Settings, what: str) -> Iterator[Callable[[str], None]]:
    """Show progress while something is done, once it takes more than a moment; yields a way to say what is done now."""
    if not (settings.cli.progress_bars and sys.stderr.isatty()):
        yield lambda _: None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(bar_width=24), TimeElapsedColumn())
    bar = Progress(*columns, console=complaints(), transient=True)
    task = bar.add_task(what, total=None)
    start = Timer(QUIET_SECONDS, bar.start)
    start.start()
    try:
        yield lambda text: bar.update(task, description=text)
    finally:
        start.cancel()
        start.join()
        bar.stop()


@contextmanager
def counting(settings: Settings, what: str) -> Iterator[Callable[[int, int, str], None]]:
    """Show how far something is; yields a way to say how many parts of how many are done, and at what rate."""
    if not (settings.cli.progress_bars and sys.stderr.isatty()):
        yield lambda *_: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(bar_width=24), MofNCompleteColumn())
    with Progress(*columns, TextColumn("{task.fields[rate]}"), console=complaints(), transient=True) as bar:
        task = bar.add_task(what, total=None, rate="")
        yield lambda done, every, rate: bar.update(task, completed=done, total=every, rate=rate)
