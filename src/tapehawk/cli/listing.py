"""`scanner list`: the scanners with their patterns and parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from tapehawk.cli import options
from tapehawk.cli.funnel import side
from tapehawk.cli.options import Format
from tapehawk.cli.report import SIDES

if TYPE_CHECKING:
    from rich.console import Console

    from tapehawk.app.describing import Description


def scanners(
    scanner_type: Annotated[
        list[str] | None,
        typer.Option(
            "--scanner-type",
            metavar="SCANNER",
            help="Only this one; may be repeated.",
            autocompletion=options.complete_scanner,
        ),
    ] = None,
    format_: Format = "table",
) -> None:
    """List the scanners with their parameters, defaults and bounds.

    [dim]scanner list --scanner-type breakout[/]
    """
    from tapehawk.app.describing import describe
    from tapehawk.app.settings import settings
    from tapehawk.catalog import scanner_names
    from tapehawk.cli.answers import print_json
    from tapehawk.cli.terminal import screen

    known = settings()
    own = known.scanners
    found = [describe(name, own) for name in options.names(scanner_type) or scanner_names(own)]
    if format_ == "json":
        print_json([one.to_dict() for one in found])
        return
    out = screen(known)
    for one in found:
        _show(out, one)


def _show(console: Console, one: Description) -> None:
    from tapehawk.cli.table import listing

    console.print(Text.assemble((one.name, "bold cyan"), f"  {one.title}"))
    patterns = Text("  ")
    for name, direction in one.patterns:
        patterns.append(name).append(f" {side(direction) or 'watch'}   ", style=SIDES[direction])
    console.print(patterns if one.patterns else Text("  patterns depend on what is asked", style="dim"))
    console.print(Text(f"  {' '.join(one.timeframes)}", style="dim"))
    rows = [
        (f"  {p.name}", "required" if p.default is None else p.default, p.bounds, p.description) for p in one.parameters
    ]
    listing(console, ("  parameter", "default", "bounds", ""), rows, right=(1,))
