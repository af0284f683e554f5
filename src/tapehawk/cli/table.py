"""Tables that fit: the columns that matter most first, as many as the width of the terminal holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
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
    """A column: its title, the row's value, how it is written.

    `rank` 1 is never left out. `cut`: width that the column may be cut to before it is, 0 for never.
    """

    title: str
    key: str
    write: Callable[[Any], str] = numbers.plain
    rank: int = 1
    right: bool = True
    style: Callable[[Any], str] = lambda _: ""
    cut: int = 0

    def cell(self, row: Row) -> Text:
        """Return a row's cell."""
        value = row.get(self.key)
        return Text(self.write(value), style=self.style(value))

    def width(self, rows: Sequence[Row]) -> int:
        """Return the width of its widest cell, with what keeps it from the next column."""
        return max([cell_len(self.title), *(cell_len(self.write(row.get(self.key))) for row in rows)]) + PADDING


def fitting(columns: Sequence[Column], rows: Sequence[Row], width: int) -> dict[Column, int]:
    """Return the columns that a screen's width holds, with the width of each: the best ranks first, then the left."""
    left, kept = width, dict[Column, int]()
    for column in sorted(columns, key=lambda one: one.rank):
        needed = column.width(rows)
        given = needed if needed <= left or not column.cut else max(left, column.cut + PADDING)
        if column.rank == 1 or given <= left:
            kept[column] = given
            left -= given
    return {column: kept[column] for column in columns if column in kept}


def table(console: Console, columns: Sequence[Column], rows: Sequence[Row]) -> int:
    """Print rows; return how many columns the width left out."""
    drawn, left_out = fitted(columns, rows, console.width)
    console.print(drawn)
    return left_out


def fitted(columns: Sequence[Column], rows: Sequence[Row], width: int) -> tuple[Table, int]:
    """Return rows as a table that a width holds, and how many columns it left out."""
    shown = fitting(columns, rows, width)
    drawn = _drawn()
    for column, given in shown.items():
        justify = _side(right=column.right)
        drawn.add_column(column.title, justify=justify, no_wrap=True, overflow="ellipsis", max_width=given - PADDING)
    for row in rows:
        drawn.add_row(*(column.cell(row) for column in shown))
    return drawn, len(columns) - len(shown)


def _side(*, right: bool) -> Literal["right", "left"]:
    return "right" if right else "left"


def _drawn() -> Table:
    """Return an empty table with a line below its head; columns stand PADDING apart, one of which is the divider."""
    return Table(box=box.SIMPLE_HEAD, header_style="bold", show_edge=False, padding=(0, PADDING - 1, 0, 0))


def labelled(said: str, labels: Iterable[str]) -> Text:
    """Return what is said of bars with the labels of their series behind it."""
    text = Text(said)
    for label in labels:
        text.append(f"  [{label}]", style="bold yellow")
    return text


def listing(
    console: Console, titles: Sequence[str], rows: Sequence[Sequence[object]], right: Sequence[int] = ()
) -> None:
    """Print rows of text that may wrap; `right` are the places of the columns of numbers."""
    drawn = _drawn()
    for place, title in enumerate(titles):
        drawn.add_column(title, justify=_side(right=place in right), no_wrap=place == 0, overflow="fold")
    for row in rows:
        drawn.add_row(*(cell if isinstance(cell, Text) else Text(str(cell)) for cell in row))
    console.print(drawn)
