"""`scanner doctor`: what is installed, reachable and fresh, and what to do about what is not."""

from __future__ import annotations

import datetime as dt
import os
from typing import Final

from rich.console import Console
from rich.text import Text

from tapehawk.cli.options import ConfigFile, Format

MARKS: Final = {"good": ("✓", "green"), "odd": ("!", "yellow"), "bad": ("✗", "bold red")}


def doctor(config_file: ConfigFile = None, format_: Format = "table") -> None:
    """Check the installation, the settings, the store, and how fresh its bars are. Tells no secret."""
    from tapehawk.app.doctor import checkup
    from tapehawk.cli.answers import print_json
    from tapehawk.cli.terminal import plain_screen

    findings = checkup(os.environ, dt.datetime.now(dt.UTC), config_file)
    if format_ == "json":
        print_json({"findings": findings})
        return
    out: Console = plain_screen()
    for one in findings:
        mark, style = MARKS[one.state]
        out.print(Text.assemble((f"{mark} ", style), (f"{one.name}  ", "bold"), one.detail))
        if one.advice:
            out.print(Text(f"    → {one.advice}", style="cyan"))
