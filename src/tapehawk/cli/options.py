"""Options that several commands share, and what the shell completes them with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import typer

Shape = Literal["table", "json"]


NEW_YORK = ZoneInfo("America/New_York")


def date(text: str | dt.date) -> dt.date:
    """Read a date as people write it in commands; `today` is that of New York."""
    if text == "today":
        return dt.datetime.now(NEW_YORK).date()
    try:
        return text if isinstance(text, dt.date) else dt.date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not a date: write it as 2024-03-01, or today") from error


def names(texts: Iterable[str] | None) -> list[str]:
    """Return names given one by one or with commas. Raises BadInput where the option is given and names nothing."""
    from tapehawk.core.errors import BadInput

    found = [name.strip() for text in texts or () for name in text.split(",") if name.strip()]
    if texts and not found:
        given = ",".join(texts)
        raise BadInput(
            f"{given!r} names nothing", hint="write names with commas between (AAPL,MSFT), or leave the option out"
        )
    return found


def _quietly(complete: Callable[[], Iterable[str]], incomplete: str) -> list[str]:
    """Return what goes on as typed; a store or settings that can't be read complete nothing."""
    from tapehawk.core.errors import TapehawkError

    try:
        return [name for name in complete() if name.lower().startswith(incomplete.lower())]
    except TapehawkError:
        return []


def complete_scanner(incomplete: str) -> list[str]:
    """Complete the name of a scanner."""

    def names() -> Iterable[str]:
        from tapehawk.app.settings import settings
        from tapehawk.catalog import scanner_names

        return ("all", *scanner_names(settings().scanners))

    return _quietly(names, incomplete)


def complete_symbol(incomplete: str) -> list[str]:
    """Complete a symbol of the daily bars that have been scanned before."""

    def symbols() -> Iterable[str]:
        from tapehawk.app.settings import settings
        from tapehawk.data.panels import PanelQuestion, find_panel

        panel = find_panel(settings().store, PanelQuestion())
        return panel.symbols if panel else ()

    return _quietly(symbols, incomplete)


def complete_setting(incomplete: str) -> list[str]:
    """Complete SECTION.KEY."""

    def keys() -> Iterable[str]:
        from tapehawk.app.settings import settings

        known, section = settings(), incomplete.rpartition(".")[0]
        keys = known.model(section).model_fields if section in known.sections() else ()
        sections = (f"{name}." for name in known.sections() if f"{name}." != incomplete)
        return (*sections, *(f"{section}.{key}" for key in keys))

    return _quietly(keys, incomplete)


def complete_provider(incomplete: str) -> list[str]:
    """Complete the name of a provider."""
    from tapehawk.data.providers.registry import provider_names

    return _quietly(provider_names, incomplete)


DATE = "YYYY-MM-DD"
Format = Annotated[Shape, typer.Option("--format", help="A table for people, JSON for programs.")]
ConfigFile = Annotated[
    Path | None, typer.Option("--config-file", help="Settings file to use in place of the one found.", dir_okay=False)
]
Symbols = Annotated[
    list[str] | None,
    typer.Option(
        "--symbols",
        help="Only these: AAPL,MSFT, or the option once for each.",
        metavar="SYMBOL,…",
        autocompletion=complete_symbol,
    ),
]
Timeframe = Annotated[str, typer.Option("--timeframe", help="Bars: 1m 5m 15m 30m 1h 4h 1d 1w.", metavar="BARS")]
OneScanner = Annotated[
    str, typer.Option("--scanner-type", help="The scanner.", metavar="SCANNER", autocompletion=complete_scanner)
]
Strict = Annotated[
    bool, typer.Option("--strict", help="Refuse stale or quarantined bars instead of answering without them.")
]
Date = Annotated[
    dt.date | None,
    typer.Option(
        "--date",
        parser=date,
        metavar=DATE,
        help="Session to scan, `today` the open one (of what scanner live receives); default the last complete one.",
    ),
]
StartDate = Annotated[dt.date | None, typer.Option("--start-date", parser=date, metavar=DATE, help="First session.")]
EndDate = Annotated[dt.date | None, typer.Option("--end-date", parser=date, metavar=DATE, help="Last session.")]
Assignments = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="A parameter of the scanner; may be repeated. `scanner list` shows them.",
    ),
]
