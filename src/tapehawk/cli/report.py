"""A report on screen: what was asked, the rows, the funnel, and what a reader must be told."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.text import Text

from tapehawk.cli import numbers
from tapehawk.cli.funnel import funnel, side
from tapehawk.cli.table import Column, table

if TYPE_CHECKING:
    from tapehawk.app.asking import Asked
    from tapehawk.scan.report import Report

MOST_ROWS: Final = 60
SIDES: Final = {"BUY": "green", "SELL": "red", "NONE": "dim"}
Row = dict[str, Any]

COLUMNS: Final = (
    Column("date", "date", numbers.plain, 2, right=False),
    Column("time", "clock", numbers.plain, 2, right=False),
    Column("symbol", "symbol", numbers.plain, 1, right=False, style=lambda _: "bold"),
    Column("side", "direction", lambda value: side(value) or "watch", 1, right=False, style=lambda v: SIDES.get(v, "")),
    Column("score", "score", numbers.ratio, 1),
    Column("pattern", "pattern", numbers.plain, 2, right=False, cut=16),
    Column("entry", "entry", numbers.price, 1),
    Column("stop", "stop", numbers.price, 1),
    Column("target1", "target1", numbers.price, 2),
    Column("target2", "target2", numbers.price, 3),
    Column("size", "position_size", numbers.whole, 3),
    Column("no size because", "size_reason", numbers.plain, 3, right=False),
    Column("risk", "risk_amount", numbers.price, 5),
    Column("rvol", "rvol", numbers.ratio, 4),
    Column("volume", "volume", numbers.short, 4),
    Column("atr", "atr", numbers.price, 6),
    Column("phase", "phase", lambda value: str(value).replace("_", "-"), 4, right=False),
    Column("confluence", "confluence_factors", numbers.plain, 7, right=False),
)
LEVELS: Final = {"stop", "target1", "target2", "position_size", "size_reason", "risk_amount"}
ZONES: Final = {"us": ("America/New_York", "ET"), "crypto": ("UTC", "UTC")}


def show(console: Console, asked: Asked, reports: Sequence[Report], format_: str) -> None:
    """Print reports in a format; those that are no text are only saved."""
    from tapehawk.app.saving import as_csv, as_json, table_rows

    if format_ == "json":
        sys.stdout.write(as_json(reports) + "\n")
    elif format_ == "csv":
        sys.stdout.write(as_csv(table_rows(reports)))
    elif format_ == "table":
        for one in reports:
            show_table(console, asked, one)


def show_table(console: Console, asked: Asked, report: Report) -> None:
    """Print one report for people."""
    rows = _rows(report, asked.market)
    console.print(_title(asked, report, len(rows)))
    if rows:
        left_out = table(console, _columns(asked, report, rows), rows[:MOST_ROWS])
        _more(console, len(rows) - MOST_ROWS, left_out)
        console.print()
    funnel(console, report.funnel)
    if report.next_day is not None:
        _next_day(console, report.to_dict()["next_day"])
    for note in report.notes:
        console.print(Text.assemble(("note ", "bold yellow"), note))
    console.print(Text(f"{report.series} · data {report.data_version} · {report.elapsed_ms / 1000:.2f} s", style="dim"))
    console.print()


def _next_day(console: Console, check: Row) -> None:
    """Print which setups the next morning confirmed, and how many it did not, by reason."""
    for row in check["rows"]:
        opened, least = numbers.price(row["open_next_day"]), numbers.price(row["min_price"])
        console.print(f"confirmed {row['trigger_date']} 09:30  {row['symbol']}  {row['pattern']}  {opened} ≥ {least}")
    if check["without"]:
        reasons = ", ".join(f"{count} {reason}" for reason, count in check["without"].items())
        console.print(Text(f"not confirmed the next morning: {reasons}", style="dim"))


def show_rows(console: Console, rows: Sequence[Row]) -> None:
    """Print rows of several scanners under each other."""
    scanner = Column("scanner", "scanner", numbers.plain, 2, right=False)
    columns = [*COLUMNS[2:4], scanner, *COLUMNS[4:-2]]
    table(console, [one for one in columns if one.key != "size_reason"], rows)


def _title(asked: Asked, report: Report, count: int) -> Text:
    first = f"{asked.start_date or 'the first session'} to " if report.is_range else ""
    what = f" {first}{report.as_of} · {asked.timeframe} {asked.hours} · "
    title = Text.assemble(
        (report.scanner_type, "bold cyan"), what, (f"{count:,} {'row' if count == 1 else 'rows'}", "bold")
    )
    for label in report.labels:
        title.append("  ").append(f"[{label}]", style="bold yellow")
    return title


def _more(console: Console, rows: int, columns: int) -> None:
    said = [f"{rows:,} more rows"] if rows > 0 else []
    said += [f"{columns} more columns (a wider terminal shows them)"] if columns else []
    if said:
        console.print(Text(f"… {' and '.join(said)}; --format csv or json has all", style="dim"))


def _rows(report: Report, market: str) -> list[Row]:
    """Return rows to look at, times as the exchange's; those of a wide scanner with all patterns of a bar in one."""
    zone, short = ZONES[market]
    clock = ZoneInfo(zone)
    rows: dict[object, Row] = {}
    for number, (date, row) in enumerate(report.dated()):
        row |= {"date": date, "clock": f"{datetime.fromisoformat(row['bar_time']).astimezone(clock):%H:%M} {short}"}
        key = (row["symbol"], row["bar_time"]) if report.wide else number
        if key in rows:
            rows[key]["pattern"] += f", {row['pattern']}"
        else:
            rows[key] = row
    return list(rows.values())


def _columns(asked: Asked, report: Report, rows: Sequence[Row]) -> list[Column]:
    """Return the columns that say something: a date in a range, a time intraday, levels where there are sides."""
    hidden = set() if report.is_range else {"date"}
    hidden |= {"clock"} if asked.timeframe in ("1d", "1w") else set()
    if all(row["direction"] == "NONE" for row in rows):
        hidden |= LEVELS
    if not any(row["size_reason"] for row in rows):
        hidden |= {"size_reason"}
    if len({row["phase"] for row in rows}) == 1 and asked.hours == "regular":
        hidden |= {"phase"}
    return [*(one for one in COLUMNS if one.key not in hidden), *_own(report.own, hidden)]


def _own(names: Iterable[str], hidden: set[str]) -> list[Column]:
    known = {one.key for one in COLUMNS}
    return [Column(name.replace("_", " "), name, rank=8) for name in names if name not in known | hidden]
