"""`scanner signals`: what the scanner has said, what became of it, and how often it was right."""

from __future__ import annotations

import datetime as dt
import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tapehawk.cli import options
from tapehawk.cli.options import ConfigFile, EndDate, StartDate, Symbols, Timeframe

if TYPE_CHECKING:
    from tapehawk.app.settings import Settings
    from tapehawk.core.signal_record import Signal

app = typer.Typer(invoke_without_command=True, rich_markup_mode="rich")
TextFormat = Annotated[
    Literal["table", "json", "csv"], typer.Option("--format", help="A table for people, JSON or CSV for programs.")
]
Key = Annotated[str, typer.Argument(metavar="SIGNAL", help="Its id, the beginning of it, or its setup key.")]


@app.callback()
def signals(
    ctx: typer.Context,
    symbol: Annotated[
        str | None,
        typer.Option("--symbol", metavar="SYMBOL", autocompletion=options.complete_symbol, help="Of it only."),
    ] = None,
    scanner: Annotated[
        str | None,
        typer.Option("--scanner-type", metavar="SCANNER", autocompletion=options.complete_scanner, help="Of it only."),
    ] = None,
    pattern: Annotated[str | None, typer.Option("--pattern", metavar="PATTERN", help="Of this pattern only.")] = None,
    direction: Annotated[str | None, typer.Option("--direction", metavar="SIDE", help="BUY or SELL.")] = None,
    status: Annotated[
        str | None,
        typer.Option("--status", metavar="STATUS", help="active, triggered, expired, cancelled or closed."),
    ] = None,
    min_confidence: Annotated[
        float | None, typer.Option("--min-confidence", metavar="0–100", help="Lowest confidence.")
    ] = None,
    from_: Annotated[
        dt.date | None, typer.Option("--from", parser=options.date, metavar=options.DATE, help="First day.")
    ] = None,
    to: Annotated[
        dt.date | None, typer.Option("--to", parser=options.date, metavar=options.DATE, help="Last day.")
    ] = None,
    config_file: ConfigFile = None,
    format_: TextFormat = "table",
) -> None:
    """List the signals of live scans, newest first, with what became of each.

    [dim]scanner signals --status triggered[/]
    [dim]scanner signals --symbol AAPL --from 2024-03-01 --format json[/]
    [dim]scanner signals rates --scanner-type breakout --by decile[/]
    """
    if ctx.invoked_subcommand is not None:
        return
    from tapehawk.app.settings import settings
    from tapehawk.app.signals import Wanted
    from tapehawk.app.signals import signals as listed
    from tapehawk.cli.signal_tables import list_signals
    from tapehawk.cli.terminal import screen
    from tapehawk.core.signal_shape import plain_signal

    known = settings(config_file)
    wanted = Wanted(symbol, scanner, pattern, direction, status, None, min_confidence, from_, to)
    rows = [plain_signal(one) for one in listed(known, wanted)]
    if format_ == "table":
        list_signals(screen(known), rows)
    else:
        _print(rows, format_)


@app.command("show")
def show(key: Key, config_file: ConfigFile = None, format_: TextFormat = "table") -> None:
    """Show one signal: its levels, and what became of it, change by change.

    [dim]scanner signals show 3f2a[/]
    """
    from tapehawk.app.settings import settings
    from tapehawk.app.signals import signal

    known = settings(config_file)
    _answer(known, signal(known, key), format_)


@app.command("cancel")
def cancel(key: Key, config_file: ConfigFile = None, format_: TextFormat = "table") -> None:
    """Cancel a signal that is active or triggered.

    [dim]scanner signals cancel 3f2a[/]
    """
    from tapehawk.app.settings import settings
    from tapehawk.app.signals import change

    known = settings(config_file)
    _answer(known, change(known, key, "cancelled", now=dt.datetime.now(dt.UTC)), format_)


@app.command("rates")
def rates(
    scanner_type: Annotated[
        list[str] | None,
        typer.Option(
            "--scanner-type",
            metavar="SCANNER",
            help="Scanner; may be repeated. `all`: every one that suits the bars, but for formula and ml.",
            autocompletion=options.complete_scanner,
        ),
    ] = None,
    start_date: StartDate = None,
    end_date: EndDate = None,
    by: Annotated[
        list[str] | None,
        typer.Option(
            "--by", metavar="GROUP", help="scanner, pattern, direction, timeframe, phase, date, regime, decile."
        ),
    ] = None,
    source: Annotated[
        str,
        typer.Option(
            "--source",
            metavar="SOURCE",
            help="history: stored bars, scanned now; or what was said: live, simulated.",
        ),
    ] = "history",
    timeframe: Timeframe = "1d",
    symbols: Symbols = None,
    set_: options.Assignments = None,
    config_file: ConfigFile = None,
    format_: TextFormat = "table",
) -> None:
    """Say how often signals reached target1 before their stop, with n and 95 % intervals.

    Of history: every row that the scanner shows in the range becomes a signal (one in five bars a symbol and pattern),
    triggers at the next open and is followed to its end. The wider interval draws whole dates anew, as signals of a day
    share its market.

    [dim]scanner signals rates --scanner-type breakout --start-date 2022-01-01[/]
    [dim]scanner signals rates --scanner-type breakout --by decile[/]
    [dim]scanner signals rates --source live --by scanner --by phase[/]
    """
    from tapehawk.app.asking import Asked, assignments
    from tapehawk.app.settings import settings
    from tapehawk.app.signals import HISTORY, Counting
    from tapehawk.app.signals import rates as counted
    from tapehawk.cli.signal_tables import show_rates
    from tapehawk.cli.terminal import screen, working
    from tapehawk.core.errors import BadInput

    known, names = settings(config_file), options.names(scanner_type)
    if source == HISTORY and not names:
        raise BadInput("whose hit rate?", hint="--scanner-type breakout, or --scanner-type all")
    asked = Asked(
        names,
        start_date=start_date,
        end_date=end_date,
        timeframe=timeframe,
        symbols=options.names(symbols),
        parameters=assignments(set_ or ()),
    )
    counting = Counting(tuple(options.names(by)) or Counting.by, source)
    with working(known, "opening") as step:
        found = counted(known, asked, counting, on_step=step)
    if format_ == "table":
        show_rates(screen(known), found)
    else:
        _print(found if format_ == "json" else [one.flat() for one in found.rates], format_)


def _print(value: object, format_: str) -> None:
    from tapehawk.app.saving import as_csv
    from tapehawk.cli.answers import print_json

    if format_ == "json" or not isinstance(value, list):
        print_json(value)
        return
    sys.stdout.write(as_csv([{name: _cell(one) for name, one in row.items()} for row in value]))


def _cell(value: object) -> object:
    return "; ".join(map(str, value)) if isinstance(value, list) else value


def _answer(known: Settings, one: Signal, format_: str) -> None:
    from tapehawk.cli.signal_tables import show_signal
    from tapehawk.cli.terminal import screen
    from tapehawk.core.signal_shape import history_rows, plain_signal

    row, history = plain_signal(one), list(history_rows(one))
    if format_ == "table":
        show_signal(screen(known), row, history)
    else:
        _print([row] if format_ == "csv" else {**row, "history": history}, format_)
