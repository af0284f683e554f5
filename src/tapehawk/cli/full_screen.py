"""A screen that is drawn again and again in place, and leaves the terminal as it was.

It has the terminal's alternate screen: every drawing writes over the last one, line by line at the width and height
that the window has just then, so nothing flickers and a resized window is filled at the next drawing. However it ends,
what stood in the terminal before stands there again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from rich.live import Live

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult

A_SECOND: Final = 4  # drawings
Draw = Callable[[int, int], "Iterable[RenderableType]"]
"""Makes what is drawn at a width and a height."""


class _Drawing:
    """What is drawn, at the size of the window."""

    def __init__(self, draw: Draw) -> None:
        self._draw = draw

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the parts."""
        yield from self._draw(options.max_width, options.height or console.height)


@contextmanager
def full_screen(console: Console, draw: Draw) -> Iterator[None]:
    """Show what `draw` makes until the block ends; it is called from a thread of its own, some times a second."""
    live = Live(_Drawing(draw), console=console, screen=True, refresh_per_second=A_SECOND, redirect_stdout=False)
    try:
        live.start(refresh=True)  # within, as Ctrl-C may come while the screen is being set up
        yield
    finally:
        live.stop()


def has_screen(console: Console) -> bool:
    """Say whether a console can be drawn on."""
    return console.is_terminal and not console.is_dumb_terminal
