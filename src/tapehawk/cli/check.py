"""`scanner data check`: what is missing, wrong or odd among stored bars, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.text import Text

from tapehawk.cli import options
from tapehawk.cli.options import Format, Symbols

if TYPE_CHECKING:
    import polars as pl
    from rich.console import Console

    from tapehawk.data.quality import Finding

MOST: Final = 40
STYLES: Final = {"error": "bold red", "warning": "yellow", "note": "dim"}


def check(
    symbols: Symbols = None,
    timeframe: Annotated[
        list[str] | None, typer.Option("--timeframe", help="Bars to check; default: all.", metavar="BARS")
    ] = None,
    kind: Annotated[
        list[str] | None, typer.Option("--kind", help="Only findings of this kind; may be repeated.", metavar="KIND")
    ] = None,
    format_: Format = "table",
) -> None:
    """Look for gaps, spikes, missed splits, stale symbols, … in the store; what is found says how to repair it.

    A missed split is put in quarantine: scans leave out the history before it until its corporate action is imported.

    [dim]scanner data check[/]
    [dim]scanner data check --kind missed_split --format json[/]
    """
    import datetime as dt

    from tapehawk.app.settings import settings
    from tapehawk.cli.answers import print_json
    from tapehawk.cli.terminal import screen, working
    from tapehawk.data.quality import CheckQuestion, check_store, findings

    known = settings()
    asked = CheckQuestion(
        tuple(options.names(timeframe)),
        tuple(options.names(symbols)),
        tuple(options.names(kind)),
        dt.datetime.now(dt.UTC),
    )
    with working(known, "checking the store") as step:
        found = check_store(known.store, asked, on_step=step)
    if format_ == "json":
        print_json({"findings": list(findings(found))})
        return
    shown = found if asked.kinds else _worth_a_look(found)
    _show(screen(known), found, list(findings(shown.head(MOST))), shown.height)


def _worth_a_look(found: pl.DataFrame) -> pl.DataFrame:
    """Return errors and warnings; notes are only counted, unless their kind is asked for."""
    import polars as pl

    return found.filter(pl.col("severity") != "note")


def _show(out: Console, found: pl.DataFrame, shown: list[Finding], all_shown: int) -> None:
    from tapehawk.cli.table import listing

    if found.is_empty():
        out.print("nothing found")
        return
    counts = found.group_by("kind", "severity", maintain_order=True).len().rows()
    listing(out, ("kind", "severity", "findings"), [(kind, _marked(how), f"{n:,}") for kind, how, n in counts], (2,))
    if shown:
        out.print()
        titles = ("date", "symbol", "bars", "kind", "what", "repair")
        listing(out, titles, [_row(one) for one in shown])
    hidden = all_shown - len(shown)
    if hidden > 0:
        out.print(Text(f"and {hidden:,} more; --kind and --symbols narrow them, --format json lists all", style="dim"))


def _row(one: Finding) -> tuple[object, ...]:
    kind = Text(one.kind, style=STYLES[one.severity])
    return one.date or "–", one.symbol or "(market)", one.timeframe, kind, one.detail, Text(one.repair, style="dim")


def _marked(severity: str) -> Text:
    return Text(severity, style=STYLES[severity])
