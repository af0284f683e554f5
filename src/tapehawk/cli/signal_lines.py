"""Rows as they come: a line each where output is piped, one of a table's on a screen, a message each for programs."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

from rich.text import Text

from tapehawk.cli import numbers
from tapehawk.cli.funnel import side
from tapehawk.cli.report import SIDES
from tapehawk.cli.table import Column
from tapehawk.core.instants import rfc3339_or_none

Row = Mapping[str, Any]

WIDTHS: Final = {"time": 8, "symbol": 10, "side": 5, "scanner": 16, "pattern": 26, "score": 7, "entry": 10, "stop": 10}
"""Columns of a line, those of `scanner run`; target1 and the labels follow."""

NEWS: Final = {
    "new": "bold green",
    "event": "bold green",
    "trigger": "cyan",
    "state": "dim",
    "confirmed": "green",
    "gone": "yellow",
    "no event": "yellow",
}
"""What is said of a row, and how it is shown; of live hits those of `Beat.hits`."""
COLUMNS: Final = (
    Column("time", "clock", numbers.plain, 1, right=False),
    Column("", "news", numbers.plain, 1, right=False, style=lambda news: NEWS.get(news, "")),
    Column("symbol", "symbol", numbers.plain, 1, right=False, style=lambda _: "bold"),
    Column("side", "direction", lambda value: side(value) or "watch", 1, right=False, style=lambda v: SIDES.get(v, "")),
    Column("scanner", "scanner", numbers.plain, 2, right=False),
    Column("pattern", "pattern", numbers.plain, 2, right=False, cut=16),
    Column("score", "score", numbers.ratio, 1),
    Column("entry", "entry", numbers.price, 1),
    Column("stop", "stop", numbers.price, 2),
    Column("target1", "target1", numbers.price, 3),
    Column("size", "position_size", numbers.whole, 4),
    Column("phase", "phase", lambda value: str(value).replace("_", "-"), 3, right=False),
    Column("labels", "labels", numbers.plain, 5, right=False),
)
"""Columns of a screen."""


def head() -> Text:
    """Return the names of a line's columns."""
    return Text("".join(name.ljust(width) for name, width in WIDTHS.items()) + "target1", style="bold")


def line(row: Row, zone: ZoneInfo, *, daily: bool = False) -> str:
    """Return a row as a line; `daily`: its bar is a day's or longer."""
    cells = {
        "time": clock(row, zone, daily=daily),
        "symbol": row["symbol"],
        "side": side(row["direction"]) or "watch",
        "scanner": row["scanner"],
        "pattern": row["pattern"],
        "score": numbers.ratio(row["score"]),
        "entry": numbers.price(row["entry"]),
        "stop": numbers.price(row["stop"]),
    }
    text = "".join(f"{text:<{WIDTHS[name] - 1}} " for name, text in cells.items())
    labels = "".join(f"  [{label}]" for label in row["labels"])
    return f"{text}{numbers.price(row['target1'])}{labels}"


def clock(row: Row, zone: ZoneInfo, *, daily: bool) -> str:
    """Return when a row's bar began, at the exchange: the time, of a day's bar the date."""
    at = dt.datetime.fromisoformat(row["bar_time"]).astimezone(zone)
    return f"{at:%d %b}" if daily else f"{at:%H:%M}"


def on_screen(row: Row, zone: ZoneInfo, news: str, *, daily: bool = False) -> Row:
    """Return a row with what the columns of a screen need."""
    return {**row, "clock": clock(row, zone, daily=daily), "news": news}


class Messages:
    """Messages for programs, a JSON line each, as the live socket sends them; `sequence` counts them."""

    def __init__(self) -> None:
        self.sequence = 0

    def say(self, kind: str, at: int | None, **values: object) -> None:
        """Write a message; `at`: the instant it is about, µs UTC."""
        self.sequence += 1
        message = {"type": kind, **values, "timestamp": rfc3339_or_none(at, "seconds"), "sequence": self.sequence}
        sys.stdout.write(json.dumps(message, ensure_ascii=False, allow_nan=False) + "\n")
        sys.stdout.flush()

    def updates(self, at: int, **rows: Sequence[Row]) -> None:
        """Write the live socket's message of every scanner that has news: rows by what they are."""
        for name in dict.fromkeys(row["scanner"] for some in rows.values() for row in some):
            self.say("scan_update", at, scanner_type=name, **{what: _of(name, some) for what, some in rows.items()})


def _of(scanner: str, rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if row["scanner"] == scanner]
