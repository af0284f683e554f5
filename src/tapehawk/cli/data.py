"""`scanner data` and `scanner sql`: what is stored, and questions to it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Final, Literal
from zoneinfo import ZoneInfo

import typer
from rich.text import Text

from tapehawk.cli import check
from tapehawk.cli.options import Format

if TYPE_CHECKING:
    import polars as pl
    from rich.console import Console

    from tapehawk.data.status import SeriesStatus

MOST_ROWS: Final = 200
app = typer.Typer(no_args_is_help=True, rich_markup_mode="rich")


@app.callback()
def data() -> None:
    """What the bar store holds.

    [dim]scanner data status[/]
    """


app.command("check")(check.check)


@app.command("status")
def status(format_: Format = "table") -> None:
    """Show every stored series: bars, symbols, reach, and the room they take.

    [dim]scanner data status[/]
    """
    from tapehawk.app.settings import settings
    from tapehawk.app.sources import source_findings
    from tapehawk.cli import numbers
    from tapehawk.cli.answers import print_json
    from tapehawk.cli.table import listing
    from tapehawk.cli.terminal import screen, working
    from tapehawk.data.status import data_status

    known = settings()
    with working(known, "reading the store"):
        found = data_status(known.store)
    if format_ == "json":
        print_json(found)
        return
    out = screen(known)
    out.print(Text.assemble("store ", (str(found.root), "bold")))
    titles = ("series", "bars", "symbols", "rows", "first", "last", "size", "labels")
    listing(out, titles, [_series(one) for one in found.series], right=(2, 3, 6))
    panels = numbers.size(found.panel_bytes)
    out.print(
        f"{found.symbols:,} listed symbols · {found.splits:,} splits · {found.dividends:,} dividends · panels {panels}"
    )
    for one in source_findings(known.store, dt.datetime.now(dt.UTC)):
        out.print(Text.assemble((f"{one.name}  ", "bold"), one.detail), style="yellow" if one.advice else "")
    for file in found.reject_files:
        out.print(Text(f"refused rows: {file}", style="yellow"))


def _series(one: SeriesStatus) -> tuple[object, ...]:
    from tapehawk.cli import numbers

    reach = (_session(one, one.first), _session(one, one.last))
    labels = Text(", ".join(one.labels), style="yellow")
    return (
        one.series.id,
        one.series.timeframe,
        f"{one.symbols:,}",
        f"{one.rows:,}",
        *reach,
        numbers.size(one.bytes),
        labels,
    )


def _session(one: SeriesStatus, instant: dt.datetime) -> str:
    """Return the date of a bar's session: in New York an evening is not yet the next day."""
    from tapehawk.core.series import SESSION_TIMEFRAMES
    from tapehawk.data.shapes import EXCHANGE_ZONE

    if one.series.timeframe in SESSION_TIMEFRAMES:
        return f"{instant:%Y-%m-%d}"
    return f"{instant.astimezone(ZoneInfo(EXCHANGE_ZONE[one.series.market])):%Y-%m-%d}"


def sql(
    statement: Annotated[str, typer.Argument(metavar="STATEMENT", help="One SELECT; quote it.")],
    format_: Annotated[
        Literal["table", "json", "csv"], typer.Option("--format", help="A table for people, JSON or CSV for programs.")
    ] = "table",
) -> None:
    """Ask the store in SQL (DuckDB): tables bars_1d, bars_1m, …, symbols, actions, series.

    Where bars were read that are simulated, or have another label, it says so: above a table, else as a remark.

    [dim]scanner sql 'select symbol, max(close) from bars_1d group by symbol order by 2 desc limit 10'[/]
    """
    from tapehawk.app.settings import settings
    from tapehawk.cli.answers import print_json
    from tapehawk.cli.table import labelled
    from tapehawk.cli.terminal import complaints, screen, working
    from tapehawk.data.sql import query

    known = settings()
    with working(known, "asking"):
        found = query(known.store, statement)
    out = screen(known)
    for series, labels in found.labels.items():
        (out if format_ == "table" else complaints()).print(labelled(f"bars of {series}", labels))
    if format_ == "json":
        print_json(found.rows.to_dicts())
    elif format_ == "csv":
        typer.echo(found.rows.write_csv(), nl=False)
    else:
        _show_rows(out, found.rows)


def _show_rows(out: Console, rows: pl.DataFrame) -> None:
    from tapehawk.cli import numbers
    from tapehawk.cli.table import listing

    numeric = [place for place, kind in enumerate(rows.dtypes) if kind.is_numeric()]
    shown = [["–" if cell is None else cell for cell in row] for row in rows.head(MOST_ROWS).iter_rows()]
    listing(out, rows.columns, shown, right=numeric)
    first = f", the first {MOST_ROWS} shown" if rows.height > MOST_ROWS else ""
    out.print(Text(f"{numbers.many(rows.height, 'row')}{first}", style="dim"))
