"""`scanner monitor`: scans, rates, errors and latency of scanning, as a screen, as lines, or for programs."""

from __future__ import annotations

from typing import Annotated

import typer

from tapehawk.cli import options
from tapehawk.cli.options import Assignments, ConfigFile, Format, Symbols, Timeframe
from tapehawk.cli.scan import Hours, Interval, ScannerTypes, Universe


def monitor(
    scanner_type: ScannerTypes = ["all"],  # noqa: B006 - typer's own way to a default list
    interval: Interval = None,
    duration: Annotated[
        float | None, typer.Option("--duration", metavar="SECONDS", help="How long; default until Ctrl-C.")
    ] = None,
    timeframe: Timeframe = "1d",
    hours: Hours = "regular",
    symbols: Symbols = None,
    universe: Universe = None,
    set_: Assignments = None,
    config_file: ConfigFile = None,
    format_: Format = "table",
) -> None:
    """Scan again and again, and watch how that goes: scans, rates, errors and latency by scanner and by phase.

    At most `streaming.max_concurrent_scans` scanners scan at the same time; one that fails is told and spoils no other.
    JSON is a message a line: `metrics` for every round, last `complete`.

    [dim]scanner monitor --scanner-type breakout --interval 30 --duration 300[/]
    """
    from tapehawk.app.asking import Asked, assignments, scanners_named
    from tapehawk.app.settings import settings
    from tapehawk.app.streaming import pace_of, scan_in_rounds
    from tapehawk.cli.full_screen import full_screen, has_screen
    from tapehawk.cli.monitor_screen import MonitorLines, MonitorMessages, MonitorScreen
    from tapehawk.cli.rounds import Seen
    from tapehawk.cli.terminal import screen
    from tapehawk.data.providers.wire.clock import SYSTEM

    known = settings(config_file)
    asked = Asked(
        scanner_type, timeframe=timeframe, hours=hours, symbols=options.names(symbols), universe=universe,
        parameters=assignments(set_ or ()),
    )  # fmt: skip
    pace, console = pace_of(known, interval, duration), screen(known)
    seen = Seen(asked, SYSTEM.now)
    if format_ == "table" and has_screen(console):
        board = MonitorScreen(scanners_named(scanner_type, timeframe, known.scanners), seen)
        try:
            with full_screen(console, board.draw):
                scan_in_rounds(known, asked, board.tell, pace)
        finally:
            MonitorLines(console, seen).end()
        return
    told = MonitorMessages() if format_ == "json" else MonitorLines(console, seen)
    scan_in_rounds(known, asked, told.tell, pace)
    told.end()
