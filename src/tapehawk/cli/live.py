"""`scanner live` and `scanner replay`: rows as bars close, from a provider or from a stored day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tapehawk.cli import options
from tapehawk.cli.options import Assignments, ConfigFile, Format, Symbols
from tapehawk.cli.scan import Hours, ScannerTypes, Universe

if TYPE_CHECKING:
    from tapehawk.app.asking import Asked
    from tapehawk.app.beats import LiveTold
    from tapehawk.app.settings import Settings

Intraday = Annotated[str, typer.Option("--timeframe", help="Bars to scan: 1m 5m 15m 30m 1h 4h.", metavar="BARS")]


def replay(
    day: Annotated[dt.date, typer.Argument(parser=options.date, metavar="DAY", help="Stored session to play.")],
    speed: Annotated[
        float | None,
        typer.Option("--speed", metavar="N", help="N times as fast as it was; else as fast as it goes."),
    ] = None,
    scanner_type: ScannerTypes = ["all"],  # noqa: B006 - typer's own way to a default list
    timeframe: Intraday = "1m",
    hours: Hours = "extended",
    symbols: Symbols = None,
    universe: Universe = None,
    set_: Assignments = None,
    config_file: ConfigFile = None,
    format_: Format = "table",
) -> None:
    """Play a stored session as if it were live: the same path from bars to rows, and the rows as they come.

    Slower bars are made of the day's minutes (or the fastest bars stored of all its symbols), and a level that is
    crossed before a bar has closed is a row marked `intrabar`, as in `scanner live`. Where only bars of that timeframe
    are stored they are played as they are, and nothing within them can be judged.

    The store is only read. `all` stands in each phase of the day for the scanners that the settings switch on in it
    (`scanner config show sessions`). On a terminal it is a screen; what is said, and the messages of JSON, are those of
    `scanner live`, last `complete`.

    [dim]scanner replay 2024-03-01 --scanner-type momentum[/]
    [dim]scanner replay 2024-03-01 --speed 60 --symbols AAPL,NVDA[/]
    [dim]scanner replay 2024-03-01 --scanner-type inside_bar --timeframe 5m[/]
    """
    from tapehawk.app.asking import Asked, assignments
    from tapehawk.app.live import replay as played
    from tapehawk.app.settings import settings

    known = settings(config_file)
    parameters = assignments(set_ or ())
    asked = Asked(
        scanner_type, timeframe=timeframe, hours=hours, symbols=options.names(symbols), universe=universe,
        parameters=parameters,
    )  # fmt: skip
    _shown(known, asked, format_, lambda told: played(known, asked, day, told, speed=speed))


def live(
    provider: Annotated[
        str | None,
        typer.Option(
            "--provider",
            metavar="NAME",
            help="Whose bars; default: the setting providers.fetch_us.",
            autocompletion=options.complete_provider,
        ),
    ] = None,
    scanner_type: ScannerTypes = ["all"],  # noqa: B006 - typer's own way to a default list
    timeframe: Intraday = "1m",
    hours: Hours = "extended",
    symbols: Symbols = None,
    universe: Universe = None,
    set_: Assignments = None,
    config_file: ConfigFile = None,
    format_: Format = "table",
) -> None:
    """Scan as bars close, until Ctrl-C. Minutes are journaled, and stored at the session's end.

    Slower bars are made of the minutes that come; a price that crosses the level of a completed setup before its bar
    has closed is a row marked `intrabar`, until the close confirms or withdraws it.

    Without symbols or universe: those stored of this source, else all that the provider lists. `all` stands in each
    phase of the day for the scanners that the settings switch on in it (`scanner config show sessions`), which also say
    how often is looked. While the source is down rows say since when they are stale; what was missed is fetched before
    scanning goes on. Another source scanned meanwhile, in a second terminal, is a series of its own; `scanner serve`
    goes on with providers.second_us by itself.

    Each hit says what it is: an `event` became true at its bar, a `state` goes on, a `trigger` is `intrabar`, until its
    close says `confirmed` or `gone`; `gone` and `no event` also take back what late or revised bars made wrong. Beside
    them: how many hits are true now, who had none of the last 30 bars and when its last one was, who was not waited
    for, how many bars came late. JSON is a message a line: `scan_update` (each of `results` with `event`, true or
    false; `confirmed`, the rows of a close that bear a trigger out; `withdrawn`, gone; `retracted`, no event),
    `states` (all that is true now), `silent`, `missing`, `late`, `signal_changed`.

    [dim]scanner live --provider sim[/]
    [dim]scanner live --provider alpaca --scanner-type momentum --symbols AAPL,NVDA[/]
    [dim]scanner live --provider alpaca --scanner-type inside_bar --timeframe 30m[/]
    """
    from tapehawk.app.asking import Asked, assignments
    from tapehawk.app.live import live as watched
    from tapehawk.app.settings import settings

    known = settings(config_file)
    parameters = assignments(set_ or ())
    asked = Asked(
        scanner_type, timeframe=timeframe, hours=hours, symbols=options.names(symbols), universe=universe,
        parameters=parameters,
    )  # fmt: skip
    _shown(known, asked, format_, lambda told: watched(known, asked, provider, told))


def _shown(known: Settings, asked: Asked, format_: Literal["table", "json"], run: Callable[[LiveTold], None]) -> None:
    """Run what tells of beats, and show them: a screen on a terminal, lines elsewhere, messages for programs."""
    from tapehawk.cli.full_screen import has_screen
    from tapehawk.cli.live_lines import LiveLines, LiveMessages
    from tapehawk.cli.live_screen import LiveScreen
    from tapehawk.cli.terminal import screen

    console = screen(known)
    if format_ == "table" and has_screen(console):
        LiveScreen(console, asked.market).show(run)
        return
    told = LiveMessages() if format_ == "json" else LiveLines(console, asked.market)
    run(told.told)
    told.end()
