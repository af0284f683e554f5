"""Live scanning without a screen: a line a row for people, a message a line for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from tapehawk.cli.session_clock import ExchangeClock
from tapehawk.cli.signal_lines import Messages, head, line
from tapehawk.data.versions import faster

if TYPE_CHECKING:
    from rich.console import Console

    from tapehawk.app.beats import Beat, LiveTold, Watched
    from tapehawk.core.events import SignalChanged


class _Trouble:
    """Says on standard error when the feed falls behind, and when it is up to date again."""

    def __init__(self, clock: ExchangeClock) -> None:
        self._clock, self._behind = clock, False

    def tell(self, beat: Beat) -> None:
        """Say what has changed."""
        from tapehawk.cli.terminal import remark

        behind = beat.stale_since is not None
        if behind and not self._behind:
            why = f": {beat.trouble}" if beat.trouble else ""
            remark(f"stale since {self._clock.clock(beat.stale_since)} {self._clock.short}{why}")
        elif self._behind and not behind:
            remark(f"up to date again at {self._clock.clock(beat.at)} {self._clock.short}")
        self._behind = behind


class LiveLines:
    """Prints rows as they come, and the phases of the day."""

    def __init__(self, console: Console, market: str) -> None:
        self._out, self._clock = console, ExchangeClock(market)
        self._trouble = _Trouble(self._clock)
        self._shown, self._at = 0, 0

    @property
    def told(self) -> LiveTold:
        """Return who is told."""
        from tapehawk.app.beats import LiveTold

        return LiveTold(self._start, self._beat)

    def end(self) -> None:
        """Say how it ended."""
        self._out.print(ending(self._shown, self._at, self._clock))

    def _start(self, watched: Watched) -> None:
        self._out.print(title(watched))
        self._out.print(Text(f"{', '.join(watched.scanners)}", style="dim"))
        say_unjudged(unjudged(watched.timeframe, folded=watched.folded))
        self._out.print(head())

    def _beat(self, beat: Beat) -> None:
        self._trouble.tell(beat)
        self._at = beat.at
        if beat.turned:
            phase = self._clock.phase(beat.phase, beat.now)
            self._out.print(Text.assemble((f"{self._clock.clock(beat.turned.at)}  ", "dim"), phase))
        if beat.missing:
            self._out.print(Text(f"{self._clock.clock(beat.at)}  not waited for: {some(beat.missing)}", style="yellow"))
        for row in beat.withdrawn:
            self._out.print(Text.assemble(("no longer  ", "yellow"), line(row, self._clock.zone)), soft_wrap=True)
        for row in beat.added:
            self._shown += 1
            self._out.print(Text(line(row, self._clock.zone)), soft_wrap=True)
        for event in beat.signals:
            if event.after != "active":
                self._out.print(Text(f"{self._clock.clock(event.at)}  {became(event)}", style="dim"), soft_wrap=True)
        if beat.added or beat.withdrawn:
            came = f"{beat.came:,} of {beat.expected:,} symbols had a bar"
            self._out.print(Text(f"{self._clock.clock(beat.at)}  watermark; {came}", style="dim"))


class LiveMessages:
    """Writes the live socket's messages."""

    def __init__(self) -> None:
        self._messages = Messages()
        self._trouble = _Trouble(ExchangeClock("crypto"))
        self._shown, self._at = 0, 0

    @property
    def told(self) -> LiveTold:
        """Return who is told."""
        from tapehawk.app.beats import LiveTold

        return LiveTold(self._start, self._beat)

    def end(self) -> None:
        """Say that it ended."""
        self._messages.say("complete", self._at or None, rows=self._shown)

    def _start(self, watched: Watched) -> None:
        say_unjudged(unjudged(watched.timeframe, folded=watched.folded))

    def _beat(self, beat: Beat) -> None:
        self._trouble.tell(beat)
        self._at = beat.at
        self._shown += len(beat.added)
        self._messages.updates(beat.at, beat.added, beat.withdrawn)
        if beat.missing:
            self._messages.say("missing", beat.at, symbols=list(beat.missing))
        for event in beat.signals:
            way = {"from": event.before or None, "to": event.after, "reason": event.reason}
            self._messages.say("signal_changed", event.at, setup_key=event.setup_key, **way)


def title(watched: Watched) -> Text:
    """Return what is watched, with the labels of its bars."""
    what = f"replay of {watched.day}" if watched.day else "live"
    about = f" · {watched.series.id} · {watched.timeframe} {watched.hours} · {watched.symbols:,} symbols"
    text = Text.assemble((what, "bold cyan"), about)
    for label in watched.series.labels:
        text.append("  ").append(f"[{label}]", style="bold yellow")
    return text


def unjudged(timeframe: str, *, folded: bool) -> str:
    """Say that what happens within a bar can't be judged, where that is so."""
    if folded or not faster(timeframe):
        return ""
    return f"nothing within a {timeframe} bar can be judged: there are no faster bars of all the symbols"


def say_unjudged(said: str) -> None:
    """Say it on standard error, where there is anything to say."""
    from tapehawk.cli.terminal import remark

    if said:
        remark(said)


def some(symbols: Sequence[str], most: int = 5) -> str:
    """Name symbols, the first few of many."""
    more = f" and {len(symbols) - most:,} more" if len(symbols) > most else ""
    return ", ".join(symbols[:most]) + more


def became(event: SignalChanged) -> str:
    """Say what became of a signal."""
    scanner, pattern, symbol, *_ = event.setup_key.split("|")
    why = f" ({event.reason})" if event.reason else ""
    return f"{symbol}  {scanner} {pattern}: {event.before} → {event.after}{why}"


def ending(rows: int, at: int, clock: ExchangeClock) -> Text:
    """Return how many rows came and how far was scanned."""
    where = f"scanned to {clock.clock(at)} {clock.short}" if at else "no bar was scanned"
    return Text(f"{rows:,} rows; {where}", style="dim")
