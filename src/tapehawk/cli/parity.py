"""`scanner parity`: does a day say the same live as it does in history?"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.text import Text

from tapehawk.cli import options
from tapehawk.cli.exits import BUG
from tapehawk.cli.live import Intraday
from tapehawk.cli.options import Assignments, ConfigFile, Format, Symbols
from tapehawk.cli.scan import Hours, ScannerTypes, Universe

if TYPE_CHECKING:
    from rich.console import Console

    from tapehawk.scan.parity import Difference, Parity

MOST: Final = 40
ON: Final = {"historical": "only in history", "live": "only live", "both": "values differ"}


def parity(
    day: Annotated[dt.date, typer.Argument(parser=options.date, metavar="DAY", help="Stored session to compare.")],
    scanner_type: ScannerTypes = ["all"],  # noqa: B006 - typer's own way to a default list
    timeframe: Intraday = "1m",
    hours: Hours = "extended",
    symbols: Symbols = None,
    universe: Universe = None,
    set_: Assignments = None,
    config_file: ConfigFile = None,
    format_: Format = "table",
) -> None:
    """Replay a stored session live and compare its rows with the scan of that day over history: they must be equal.

    Of each row that is also whether it became true at its bar (`event`) or went on. A day that was received live is
    replayed as its bars came, late and revised ones too. Slower bars are made of the day's minutes on both sides, and
    rows marked `intrabar` are compared too, with what the close made of them. Every row that differs is shown with the
    bar that explains it. What no bar explains is a bug, and any difference ends with the exit code of one, 1.

    [dim]scanner parity 2024-03-01[/]
    [dim]scanner parity 2024-03-01 --scanner-type inside_bar --timeframe 5m[/]
    [dim]scanner parity 2024-03-01 --hours regular --scanner-type momentum --symbols AAPL,NVDA[/]
    """
    from tapehawk.app.asking import Asked, assignments
    from tapehawk.app.parity import parity as compared
    from tapehawk.app.settings import settings
    from tapehawk.cli.answers import print_json
    from tapehawk.cli.live_lines import say_unjudged, unjudged
    from tapehawk.cli.terminal import screen, working

    known = settings(config_file)
    asked = Asked(
        scanner_type, timeframe=timeframe, hours=hours, symbols=options.names(symbols), universe=universe,
        parameters=assignments(set_ or ()),
    )  # fmt: skip
    with working(known, f"replaying {day}") as step:
        found = compared(known, asked, day, on_step=step)
    say_unjudged(unjudged(timeframe, folded=found.intrabar is not None))
    if format_ == "json":
        print_json(found.to_dict())
    else:
        _show(screen(known), found)
    if not found.equal:
        raise typer.Exit(BUG)


def _show(out: Console, found: Parity) -> None:
    from tapehawk.cli.table import listing

    said = ("equal", "bold green") if found.equal else ("not equal", "bold red")
    within = "" if found.intrabar is None else f" ({found.intrabar:,} intrabar)"
    counts = f"  {found.historical:,} rows in history{within}, {found.live:,} live, {len(found.differences):,} differ"
    out.print(Text.assemble(f"parity of {found.day}: ", said, counts))
    if found.equal:
        return
    out.print()
    titles = ("bar", "symbol", "scanner", "pattern", "difference", "reason")
    listing(out, titles, [_row(one) for one in found.differences[:MOST]])
    hidden = len(found.differences) - MOST
    if hidden > 0:
        out.print(
            Text(f"and {hidden:,} more; --symbols and --scanner-type narrow them, --format json lists all", "dim")
        )


def _row(one: Difference) -> tuple[object, ...]:
    at = dt.datetime.fromisoformat(one.bar_time)
    values = ", ".join(f"{name} {_plain(a)} ≠ {_plain(b)}" for name, (a, b) in one.values.items())
    pattern = f"{one.pattern}, intrabar" if one.intrabar else one.pattern
    return f"{at:%H:%M}Z", one.symbol, one.scanner, pattern, values or ON[one.on], one.reason


def _plain(value: Any) -> str:  # noqa: ANN401 - a row's value
    return "none" if value is None else f"{value:.10g}" if isinstance(value, float) else str(value)
