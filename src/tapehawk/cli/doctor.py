"""`scanner doctor`: what is installed, reachable and fresh, and what to do about what is not."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

import typer
from rich.console import Console
from rich.text import Text

from tapehawk.cli.options import ConfigFile, Format

if TYPE_CHECKING:
    from tapehawk.app.doctor import Finding

MARKS: Final = {"good": ("✓", "green"), "odd": ("!", "yellow"), "bad": ("✗", "bold red")}


def doctor(config_file: ConfigFile = None, format_: Format = "table") -> None:
    """Check the installation, the settings, the store, and how fresh its bars are. Tells no secret.

    Providers that have a key are asked once, for a few seconds at most: whether they answer and take it.

    Ends with 3 where the store is not there or can't be read.

    [dim]scanner doctor[/]
    """
    from tapehawk.app.doctor import BAD, checkup
    from tapehawk.cli.answers import print_json
    from tapehawk.cli.exits import exit_code
    from tapehawk.core.errors import NoData

    findings = checkup(os.environ, dt.datetime.now(dt.UTC), config_file)
    if format_ == "json":
        print_json({"findings": findings})
    else:
        _show(findings)
    if any(one.name == "store" and one.state == BAD for one in findings):
        raise typer.Exit(exit_code(NoData))


def _show(findings: Iterable[Finding]) -> None:
    from tapehawk.cli.terminal import plain_screen

    out: Console = plain_screen()
    for one in findings:
        mark, style = MARKS[one.state]
        out.print(Text.assemble((f"{mark} ", style), (f"{one.name}  ", "bold"), one.detail))
        if one.advice:
            out.print(Text(f"    → {one.advice}", style="cyan"))
