"""`scanner explain`: why a symbol is a hit or not, condition by condition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer
from rich.text import Text

from tapehawk.cli import numbers, options
from tapehawk.cli.options import Assignments, ConfigFile, Date, Format, OneScanner, Timeframe

if TYPE_CHECKING:
    from rich.console import Console

    from tapehawk.scan.explain import Comparison, Condition, Explanation, Pattern

MARKS: Final = {"true": ("✓", "green"), "false": ("✗", "red"), "unknown": ("?", "yellow")}


def explain(
    symbol: Annotated[
        str, typer.Argument(help="The symbol.", metavar="SYMBOL", autocompletion=options.complete_symbol)
    ],
    scanner_type: OneScanner,
    date: Date = None,
    cutoff: Annotated[str | None, typer.Option("--cutoff", metavar="HH:MM", help="As `scanner run` takes it.")] = None,
    timeframe: Timeframe = "1d",
    hours: Annotated[Literal["regular", "extended"], typer.Option("--hours", help="Trading hours.")] = "regular",
    set_: Assignments = None,
    config_file: ConfigFile = None,
    format_: Format = "table",
) -> None:
    """Show each condition of a scanner on one symbol: its value, its threshold, the first that was not true.

    [dim]scanner explain AAPL --scanner-type breakout --date 2024-03-01[/]
    """
    from tapehawk.app import asking
    from tapehawk.app.settings import settings
    from tapehawk.cli.answers import print_json
    from tapehawk.cli.terminal import screen, working

    known = settings(config_file)
    asked = asking.Asked(
        scanners=[scanner_type],
        date=date,
        cutoff=cutoff,
        timeframe=timeframe,
        hours=hours,
        parameters=asking.assignments(set_ or ()),
    )
    with working(known, "opening") as step:
        found = asking.explain(known, asked, symbol, on_step=step)
    if format_ == "json":
        print_json(found)
    else:
        _show(screen(known), found)


def _show(console: Console, found: Explanation) -> None:
    title = Text.assemble((found.symbol, "bold"), " ", (found.scanner_type, "bold cyan"), f" {found.as_of}")
    title.append(f" · {found.bars:,} bars up to it")
    for label in found.labels:
        title.append("  ").append(f"[{label}]", style="bold yellow")
    console.print(title)
    for note in found.notes:
        console.print(Text.assemble(("note ", "bold yellow"), note))
    for pattern in found.patterns:
        _pattern(console, pattern)


def _pattern(console: Console, pattern: Pattern) -> None:
    from tapehawk.cli.funnel import side

    console.print()
    name = Text(f"{pattern.pattern} {side(pattern.direction)}".strip(), style="bold")
    verdict = ("hit", "bold green") if pattern.hit else (f"no hit: {pattern.first_not_true}", "yellow")
    console.print(Text.assemble(name, "  ", verdict))
    for condition in pattern.conditions:
        _condition(console, condition)


def _condition(console: Console, condition: Condition) -> None:
    mark, style = MARKS[condition.state]
    line = Text.assemble((f"  {mark} ", style), condition.name)
    if condition.reason:
        line.append(f"  unknown: {condition.reason}", style="yellow")
    elif len(condition.parts) == 1:
        line.append("  ").append(_compared(condition.parts[0]))
        if condition.text not in (condition.name, line.plain.rpartition("  ")[2]):
            line.append(f"  {condition.text}", style="dim")
    console.print(line, no_wrap=not condition.reason, overflow="ellipsis")
    if len(condition.parts) > 1:
        for part in condition.parts:
            mark, style = MARKS[part.state]
            line = Text.assemble((f"      {mark} ", style), _compared(part), (f"  {part.text}", "dim"))
            console.print(line, no_wrap=True, overflow="ellipsis")


def _compared(part: Comparison) -> str:
    """Return a comparison in numbers; without two sides, in words."""
    if part.operator is None:
        return part.text
    return f"{numbers.plain(part.value)} {part.operator} {numbers.plain(part.threshold)}"
