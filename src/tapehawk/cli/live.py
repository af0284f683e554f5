"""`scanner live` and `scanner replay`: rows as bars close, from a provider or from a stored day."""

from __future__ import annotations

import datetime as dt
import json
import sys
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo

import typer
from rich.text import Text

from tapehawk.cli import options
from tapehawk.cli.options import Assignments, ConfigFile, Format, Symbols
from tapehawk.cli.scan import Hours, ScannerTypes, Universe

if TYPE_CHECKING:
    from rich.console import Console

    from tapehawk.app.asking import Asked
    from tapehawk.app.beats import Beat, LiveTold, Watched
    from tapehawk.app.settings import Settings

Intraday = Annotated[str, typer.Option("--timeframe", help="Stored bars to play: 1m 5m 15m 30m 1h 4h.", metavar="BARS")]
WIDTHS: Final = {"time": 8, "symbol": 10, "side": 5, "scanner": 16, "pattern": 26, "score": 7, "entry": 10, "stop": 10}
"""Columns of a line, those of `scanner run`; target1 and the labels follow."""


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

    The store is only read. JSON is a message a line, as the live socket sends them: `scan_update`, last `complete`.

    [dim]scanner replay 2024-03-01 --scanner-type momentum[/]
    [dim]scanner replay 2024-03-01 --speed 60 --symbols AAPL,NVDA[/]
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
    screen = Lines(known, asked, format_)
    played(known, asked, day, screen.told, speed=speed)
    screen.end()


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
    hours: Hours = "extended",
    symbols: Symbols = None,
    universe: Universe = None,
    set_: Assignments = None,
    config_file: ConfigFile = None,
    format_: Format = "table",
) -> None:
    """Scan as minute bars close, until Ctrl-C. They are journaled, and stored at the session's end.

    Without symbols or universe: those stored of this source, else all that the provider lists. While the source is
    down rows say since when they are stale; what was missed is fetched before scanning goes on.

    [dim]scanner live --provider sim[/]
    [dim]scanner live --provider alpaca --scanner-type momentum --symbols AAPL,NVDA[/]
    """
    from tapehawk.app.asking import Asked, assignments
    from tapehawk.app.live import live as watched
    from tapehawk.app.settings import settings

    known = settings(config_file)
    parameters = assignments(set_ or ())
    asked = Asked(
        scanner_type, timeframe="1m", hours=hours, symbols=options.names(symbols), universe=universe,
        parameters=parameters,
    )  # fmt: skip
    screen = Lines(known, asked, format_)
    watched(known, asked, provider, screen.told)
    screen.end()


class Lines:
    """Prints rows as they come. `sequence` counts the messages, `shown` the rows."""

    def __init__(self, known: Settings, asked: Asked, format_: Literal["table", "json"]) -> None:
        from tapehawk.cli.report import ZONES
        from tapehawk.cli.terminal import screen

        self._out: Console = screen(known)
        self._json, self._zone = format_ == "json", ZoneInfo(ZONES[asked.market][0])
        self._short = ZONES[asked.market][1]
        self.sequence = self.shown = 0
        self._last: Beat | None = None
        self._behind = False

    @property
    def told(self) -> LiveTold:
        """Return who is told."""
        from tapehawk.app.beats import LiveTold

        return LiveTold(self._start, self._beat)

    def end(self) -> None:
        """Say how it ended."""
        if self._json:
            self._message({"type": "complete", "rows": self.shown, "timestamp": _instant(self._at)})
        else:
            self._out.print(Text(f"{self.shown:,} rows; scanned to {self._clock(self._at)} {self._short}", style="dim"))

    @property
    def _at(self) -> int | None:
        return self._last.at if self._last else None

    def _start(self, watched: Watched) -> None:
        if self._json:
            return
        what = f"replay of {watched.day}" if watched.day else "live"
        about = f" · {watched.series.id} · {watched.timeframe} {watched.hours} · {watched.symbols:,} symbols"
        title = Text.assemble((what, "bold cyan"), about)
        for label in watched.series.labels:
            title.append("  ").append(f"[{label}]", style="bold yellow")
        self._out.print(title)
        self._out.print(Text(f"{', '.join(watched.scanners)}", style="dim"))
        head = "".join(name.ljust(width) for name, width in WIDTHS.items())
        self._out.print(Text(f"{head}target1", style="bold"))

    def _beat(self, beat: Beat) -> None:
        self._tell_trouble(beat)
        self._last = beat
        if self._json:
            self._updates(beat)
            return
        for row in beat.withdrawn:
            self._out.print(Text.assemble(("no longer  ", "yellow"), self._line(row)), soft_wrap=True)
        for row in beat.added:
            self.shown += 1
            self._out.print(Text(self._line(row)), soft_wrap=True)
        if beat.added or beat.withdrawn:
            some = f"{beat.came:,} of {beat.expected:,} symbols had a bar"
            self._out.print(Text(f"{self._clock(beat.at)}  watermark; {some}", style="dim"))

    def _updates(self, beat: Beat) -> None:
        """Print the live socket's message of every scanner that has news."""
        self.shown += len(beat.added)
        for name in dict.fromkeys(row["scanner"] for row in (*beat.added, *beat.withdrawn)):
            self._message(
                {
                    "type": "scan_update",
                    "scanner_type": name,
                    "results": [row for row in beat.added if row["scanner"] == name],
                    "withdrawn": [row for row in beat.withdrawn if row["scanner"] == name],
                    "timestamp": _instant(beat.at),
                }
            )

    def _message(self, message: dict[str, Any]) -> None:
        self.sequence += 1
        sys.stdout.write(json.dumps({**message, "sequence": self.sequence}, ensure_ascii=False, allow_nan=False) + "\n")
        sys.stdout.flush()

    def _tell_trouble(self, beat: Beat) -> None:
        from tapehawk.cli.terminal import remark

        behind = beat.stale_since is not None
        if behind and not self._behind:
            why = f": {beat.trouble}" if beat.trouble else ""
            remark(f"stale since {self._clock(beat.stale_since)} {self._short}{why}")
        elif self._behind and not behind:
            remark(f"up to date again at {self._clock(beat.at)} {self._short}")
        self._behind = behind

    def _line(self, row: dict[str, Any]) -> str:
        from tapehawk.cli import numbers
        from tapehawk.cli.funnel import side

        at = dt.datetime.fromisoformat(row["bar_time"]).astimezone(self._zone)
        cells = {
            "time": f"{at:%H:%M}",
            "symbol": row["symbol"],
            "side": side(row["direction"]) or "watch",
            "scanner": row["scanner"],
            "pattern": row["pattern"],
            "score": numbers.ratio(row["score"]),
            "entry": numbers.price(row["entry"]),
            "stop": numbers.price(row["stop"]),
        }
        line = "".join(f"{text:<{WIDTHS[name] - 1}} " for name, text in cells.items())
        labels = "".join(f"  [{label}]" for label in row["labels"])
        return f"{line}{numbers.price(row['target1'])}{labels}"

    def _clock(self, instant: int | None) -> str:
        if not instant:
            return "nowhere yet"
        return f"{dt.datetime.fromtimestamp(instant / 1e6, self._zone):%H:%M}"


def _instant(instant: int | None) -> str | None:
    return f"{dt.datetime.fromtimestamp(instant / 1e6, dt.UTC):%Y-%m-%dT%H:%M:%SZ}" if instant else None
