"""`scanner import` and `scanner export`: bars into the store, and out of it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.text import Text

from tapehawk.cli import numbers, options
from tapehawk.cli.options import DATE, EndDate, Format, StartDate, Symbols, Timeframe

if TYPE_CHECKING:
    from rich.console import Console

    from tapehawk.data.import_report import ImportReport

Market = Annotated[Literal["us", "crypto"] | None, typer.Option("--market", help="Default: told from the file.")]


def import_(
    path: Annotated[Path, typer.Argument(help="A CSV or Parquet file, or a folder of them.", metavar="PATH")],
    adjustment: Annotated[
        Literal["none", "split", "all"] | None,
        typer.Option(
            "--adjustment",
            help="none: as traded; split: divided by later splits; all: by dividends too. Needed for bars, unless "
            "scanner exported the file: its own columns say it.",
        ),
    ] = None,
    timeframe: Annotated[
        str | None, typer.Option("--timeframe", help="Default: told from the times.", metavar="BARS")
    ] = None,
    feed: Annotated[str, typer.Option("--feed", help="Name of the feed; feeds are never mixed.")] = "unstated",
    provider: Annotated[str, typer.Option("--provider", help="Who the bars come from.")] = "import",
    market: Market = None,
    time_zone: Annotated[
        str | None, typer.Option("--time-zone", help="Of intraday times that say none.", metavar="ZONE")
    ] = None,
    adjusted_as_of: Annotated[
        dt.date | None,
        typer.Option(
            "--adjusted-as-of",
            parser=options.date,
            metavar=DATE,
            help="Last session whose splits are in the prices; default: what an exported file says of each row, else "
            "the file's last.",
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the mapping and what would be stored.")] = False,
    format_: Format = "table",
) -> None:
    """Import bars, corporate actions or symbols into the store: all of a file's good rows at once, or nothing.

    [dim]scanner import bars.parquet --adjustment split --dry-run[/]
    [dim]scanner import minutes/ --adjustment none --timeframe 1m --feed sip --time-zone America/New_York[/]
    """
    from tapehawk.app.settings import settings
    from tapehawk.cli.answers import print_json
    from tapehawk.cli.terminal import screen, working
    from tapehawk.data.imports import ImportOptions, import_path

    known = settings()
    told = ImportOptions(adjustment, timeframe, feed, provider, market, time_zone, adjusted_as_of)
    with working(known, f"importing {path.name}") as step:
        done = import_path(known.store, path, told, dry_run=dry_run, on_step=step)
    if format_ == "json":
        print_json(done)
    else:
        _show_import(screen(known), done, known.store)


def export(
    target: Annotated[Path, typer.Argument(help="File to write, .csv or .parquet.", metavar="FILE")],
    symbols: Symbols = None,
    start_date: StartDate = None,
    end_date: EndDate = None,
    timeframe: Timeframe = "1d",
    market: Annotated[Literal["us", "crypto"], typer.Option("--market", help="Whose bars.")] = "us",
    as_of: Annotated[
        dt.date | None,
        typer.Option(
            "--adjust-as-of",
            parser=options.date,
            metavar=DATE,
            help="Adjust for splits up to this date; default: as stored.",
        ),
    ] = None,
    format_: Format = "table",
) -> None:
    """Write stored bars to a CSV or Parquet file, with the name and labels of their series.

    [dim]scanner export aapl.csv --symbols AAPL --start-date 2023-01-01[/]
    """
    from tapehawk.app.settings import settings
    from tapehawk.cli.answers import print_json
    from tapehawk.cli.table import labelled
    from tapehawk.cli.terminal import screen, working
    from tapehawk.data.exports import ExportQuestion, export_bars

    known = settings()
    prefer = known.providers.prefer_us if market == "us" else known.providers.prefer_crypto
    wanted = tuple(options.names(symbols)) or None
    asked = ExportQuestion(timeframe, market, wanted, (start_date, end_date), as_of, prefer or None)
    with working(known, f"writing {target.name}"):
        done = export_bars(known.store, target, asked)
    if format_ == "json":
        print_json(done)
        return
    said = f"wrote {numbers.many(done.rows, 'bar')} of {numbers.many(done.symbols, 'symbol')} to {done.path}"
    screen(known).print(labelled(said, done.series.labels))


def _show_import(console: Console, done: ImportReport, root: Path) -> None:
    from tapehawk.cli.table import labelled

    verb = "would be stored" if done.dry_run else "stored"
    stored = done.stored
    counts = f"{stored.new:,} new, {stored.revised:,} corrected, {stored.unchanged:,} unchanged"
    console.print(labelled(f"{done.kind}: {counts} {verb} in {root}", _labels(done)))
    _facts(console, done)
    for reason, rows in done.rejected.items():
        console.print(Text(f"  refused  {numbers.many(rows, 'row')}: {reason}", style="yellow"))
    if done.reject_file:
        console.print(Text(f"  refused rows are in {done.reject_file}", style="yellow"))
    if done.findings:
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in done.findings.items())
        console.print(Text(f"  found    {kinds}; scanner data check tells them", style="yellow"))
    if done.dry_run:
        console.print("nothing was written (--dry-run)")


def _facts(console: Console, done: ImportReport) -> None:
    facts = {"columns": ", ".join(f"{role} ← {column}" for role, column in done.mapping.items())}
    facts["read"] = f"{numbers.many(done.rows_read, 'row')} of {numbers.many(done.files, 'file')}"
    if done.timeframe:
        facts["bars"] = f"{done.timeframe} ({'told' if done.timeframe_told else 'told from the times'})"
    if done.first and done.last:
        facts["reach"] = f"{numbers.many(done.symbols, 'symbol')}, {done.first:%Y-%m-%d} to {done.last:%Y-%m-%d}"
    facts |= {f"series {n}": one.id for n, one in enumerate(done.series, start=1)}
    if done.out_of_order:
        facts["order"] = f"{numbers.many(done.out_of_order, 'row')} out of order: they have been sorted"
    if done.outside_sessions:
        facts["sessions"] = f"{numbers.many(done.outside_sessions, 'bar')} outside any session: scans leave them out"
    for name, fact in facts.items():
        console.print(Text.assemble((f"  {name:9}", "dim"), fact))


def _labels(done: ImportReport) -> tuple[str, ...]:
    return tuple(dict.fromkeys(label for one in done.series for label in one.labels))
