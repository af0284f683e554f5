"""`scanner run` and `scanner formula`: a question, its rows, its funnel, and where they were saved."""

from __future__ import annotations

from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tapehawk.cli import options
from tapehawk.cli.options import Assignments, ConfigFile, Date, EndDate, StartDate, Strict, Symbols, Timeframe

if TYPE_CHECKING:
    from collections.abc import Callable

    from tapehawk.app.asking import Asked
    from tapehawk.app.settings import Settings
    from tapehawk.scan.report import Report

FileFormat = Literal["table", "json", "csv", "parquet", "xlsx"]
ScannerTypes = Annotated[
    list[str],
    typer.Option(
        "--scanner-type",
        metavar="SCANNER",
        help="Scanner to run; may be repeated. `all`: every one that suits the bars, but for formula and ml.",
        autocompletion=options.complete_scanner,
    ),
]
Cutoff = Annotated[
    str | None,
    typer.Option("--cutoff", metavar="HH:MM", help="Look at intraday bars closed by this time of the exchange."),
]
Hours = Annotated[
    Literal["regular", "extended"], typer.Option("--hours", help="Trading hours; extended has pre- and after-market.")
]
Universe = Annotated[
    str | None,
    typer.Option("--universe", metavar="NAME", help="A type or exchange of the stored symbols, or `crypto`."),
]
Fetch = Annotated[
    bool,
    typer.Option(
        "--fetch", help="Fetch named symbols, or a universe's, that are not stored, in the time a scan may take."
    ),
]
ApiMode = Annotated[
    bool,
    typer.Option(
        "--api-mode",
        help="Ask a running service (cli.service_url) over HTTP instead of this machine's store: its bars, its "
        "settings, your account there. The rows and the funnel are printed as without it.",
    ),
]
Interval = Annotated[
    float | None,
    typer.Option(
        "--interval", metavar="SECONDS", help="Seconds between two rounds; default: streaming.interval_seconds."
    ),
]
Stream = Annotated[bool, typer.Option("--stream", help="Scan again and again, and show what is new and what is gone.")]
Format = Annotated[
    FileFormat | None,
    typer.Option("--format", help="How to answer; default: the setting cli.default_format.", show_default=False),
]
Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="Write the rows to this file; its ending says the format."),
]


def run(
    scanner_type: ScannerTypes,
    date: Date = None,
    start_date: StartDate = None,
    end_date: EndDate = None,
    cutoff: Cutoff = None,
    timeframe: Timeframe = "1d",
    hours: Hours = "regular",
    symbols: Symbols = None,
    universe: Universe = None,
    set_: Assignments = None,
    strict: Strict = False,
    fetch: Fetch = False,
    api_mode: ApiMode = False,
    stream: Stream = False,
    interval: Interval = None,
    config_file: ConfigFile = None,
    format_: Format = None,
    output: Output = None,
) -> None:
    """Scan for setups: one session (a row a symbol), or every bar of a range.

    [dim]scanner run --scanner-type breakout[/]
    [dim]scanner run --scanner-type all --date 2024-03-01 --symbols AAPL,NVDA[/]
    [dim]scanner run --scanner-type lc --start-date 2022-01-01 --format csv -o lc.csv[/]
    [dim]scanner run --scanner-type gap --timeframe 5m --cutoff 09:50[/]
    [dim]scanner run --scanner-type breakout --set min_price=5 --set max_results_per_day=50[/]
    [dim]scanner run --scanner-type gap --timeframe 5m --stream --interval 30[/]

    With --stream it goes on until Ctrl-C: a screen on a terminal, lines elsewhere, JSON a message a line as the live
    socket sends them (`scan_update`, `error`). Nothing is saved then.
    """
    from tapehawk.app.asking import Asked, assignments
    from tapehawk.core.errors import BadInput

    if api_mode and (stream or fetch):
        raise BadInput("--api-mode asks once what the service has", hint="leave --stream and --fetch out")
    if interval is not None and not stream:
        raise BadInput("--interval is for --stream", hint="scanner run --stream --interval 30")
    asked = Asked(
        scanners=scanner_type,
        date=date,
        start_date=start_date,
        end_date=end_date,
        cutoff=cutoff,
        timeframe=timeframe,
        hours=hours,
        symbols=options.names(symbols),
        universe=universe,
        parameters=assignments(set_ or ()),
        strict=strict,
    )
    if stream:
        _stream(asked, config_file, format_, output, interval=interval, fetch=fetch)
    else:
        _answer(asked, config_file, format_, output, fetch=fetch, api_mode=api_mode)


def formula(
    expression: Annotated[str, typer.Argument(metavar="FORMULA", help="A condition in the formula language.")],
    date: Date = None,
    start_date: StartDate = None,
    end_date: EndDate = None,
    cutoff: Cutoff = None,
    timeframe: Timeframe = "1d",
    hours: Hours = "regular",
    symbols: Symbols = None,
    universe: Universe = None,
    set_: Assignments = None,
    strict: Strict = False,
    config_file: ConfigFile = None,
    format_: Format = None,
    output: Output = None,
) -> None:
    r"""Scan for what a formula says. `x[1]` is the bar before; quote the formula.

    [dim]scanner formula 'close > highest(high, 20)\[1] and rvol(20) > 2'[/]
    [dim]scanner formula 'cross_up(ema(close, 9), ema(close, 20))' --start-date 2024-01-01[/]
    """
    from tapehawk.app.asking import Asked, assignments
    from tapehawk.core.errors import BadInput

    parameters = assignments(set_ or ())
    if "formula" in parameters:
        message = f"two formulas: {shorten(expression, 80)!r} and --set formula={shorten(parameters['formula'], 80)!r}"
        raise BadInput(message, hint="give one of them; one for sells is --set sell=…")
    asked = Asked(
        scanners=["formula"],
        date=date,
        start_date=start_date,
        end_date=end_date,
        cutoff=cutoff,
        timeframe=timeframe,
        hours=hours,
        symbols=options.names(symbols),
        universe=universe,
        parameters={**parameters, "formula": expression},
        strict=strict,
    )
    _answer(asked, config_file, format_, output)


def _answer(
    asked: Asked,
    config_file: Path | None,
    format_: FileFormat | None,
    output: Path | None,
    *,
    fetch: bool = False,
    api_mode: bool = False,
) -> None:
    from tapehawk.app.saving import BINARY, keep, need_place
    from tapehawk.app.settings import settings
    from tapehawk.cli import report, terminal
    from tapehawk.core.errors import TapehawkError

    known = settings(config_file)
    chosen = format_ or ("table" if output else known.cli.default_format)
    need_place(output, chosen)
    if fetch:
        from tapehawk.cli.sync import fetch as fetch_lacking

        fetch_lacking(known, asked)
    with terminal.working(known, "opening") as step:
        reports = _asked(known, asked, step, of_service=api_mode)
    if output is None or chosen == "table":
        report.show(terminal.screen(known), asked, reports, chosen)
    try:
        saved = keep(known, reports, chosen, output)
    except TapehawkError as error:
        if output is not None or chosen in BINARY:
            raise
        terminal.remark(f"warning: the rows are not saved: {error.message}")
        return
    if saved is not None:
        terminal.remark(f"saved in {saved}")


def _asked(known: Settings, asked: Asked, step: Callable[[str], None], *, of_service: bool) -> list[Report]:
    if of_service:
        from tapehawk.app import asking_service

        return asking_service.run(known, asked, on_step=step)
    from tapehawk.app import asking

    return asking.run(known, asked, on_step=step)


def _stream(
    asked: Asked,
    config_file: Path | None,
    format_: FileFormat | None,
    output: Path | None,
    *,
    interval: float | None,
    fetch: bool,
) -> None:
    from tapehawk.app.settings import settings
    from tapehawk.app.streaming import pace_of
    from tapehawk.cli.stream_screen import stream
    from tapehawk.core.errors import BadInput

    if output is not None or format_ not in (None, "table", "json"):
        raise BadInput("--stream shows rows and saves none", hint="leave --output out; --format is table or json")
    known = settings(config_file)
    pace = pace_of(known, interval)
    if fetch:
        from tapehawk.cli.sync import fetch as fetch_lacking

        fetch_lacking(known, asked)
    stream(known, asked, pace, as_json=(format_ or known.cli.default_format) == "json")
