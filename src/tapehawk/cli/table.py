"""Tables that fit: the columns that matter most first, as many as the width of the terminal holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tapehawk.cli import numbers

Row = Mapping[str, Any]
PADDING = 2


@dataclass(frozen=True)
class Column:
    """A column: its title, the row's value, how it is written; `rank` 1 is the last to be left out."""

    title: str
    key: str
    write: Callable[[Any], str] = numbers.plain
    rank: int = 1
    right: bool = True
    style: Callable[[Any], str] = lambda _: ""

    def cell(self, row: Row) -> Text:
        """Return a row's cell."""
        value = row.get(self.key)
        return Text(self.write(value), style=self.style(value))


def fitting(columns: Sequence[Column], rows: Sequence[Row], width: int) -> list[Column]:
    """Return the columns that a width holds, in their order: those of the best rank, and from left to right."""
    left, kept = width, set()
    for column in sorted(columns, key=lambda one: one.rank):
        needed = max([cell_len(column.title), *(cell_len(column.write(row.get(column.key))) for row in rows)]) + PADDING
        if column.rank == 1 or needed <= left:
            kept.add(column.key)
            left -= needed
    return [column for column in columns if column.key in kept]


def table(console: Console, columns: Sequence[Column], rows: Sequence[Row]) -> int:
    """Print rows; return how many columns the width left out."""
    shown = fitting(columns, rows, console.width)
    drawn = _drawn()
    for column in shown:
        drawn.add_column(column.title, justify="right" if column.right else "left", no_wrap=True, overflow="ellipsis")
    for row in rows:
        drawn.add_row(*(column.cell(row) for column in shown))
    console.print(drawn)
    return len(columns) - len(shown)


def _drawn() -> Table:
    """Return an empty table with a line below its head; columns stand PADDING apart, one of which is the divider."""
    return Table(box=box.SIMPLE_HEAD, header_style="bold", show_edge=False, padding=(0, PADDING - 1, 0, 0))


def listing(
    console: Console, titles: Sequence[str], rows: Sequence[Sequence[object]], right: Sequence[int] = ()
) -> None:
    """Print rows of text that may wrap; `right` are the places of the columns of numbers."""
    drawn = _drawn()
    for place, title in enumerate(titles):
        justify: Literal["right", "left"] = "right" if place in right else "left"
        drawn.add_column(title, justify=justify, no_wrap=place == 0, overflow="fold")
    for row in rows:
        drawn.add_row(*(cell if isinstance(cell, Text) else Text(str(cell)) for cell in row))
    console.print(drawn)
