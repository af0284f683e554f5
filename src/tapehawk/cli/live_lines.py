"""Live scanning without a screen: a line a row for people, a message a line for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Final

from rich.text import Text

from tapehawk.cli import numbers
from tapehawk.cli.session_clock import ExchangeClock
from tapehawk.cli.signal_lines import NEWS, Messages, Row, head, line
from tapehawk.core.instants import rfc3339_or_none
from tapehawk.data.versions import faster

if TYPE_CHECKING:
    from rich.console import Console

    from tapehawk.app.beats import Beat, LiveTold, Watched
    from tapehawk.core.events import SignalChanged


NEWS_WIDTH: Final = 10
OF_BEFORE: Final = ("gone", "confirmed", "no event")
"""What is said of hits that were told before."""


class _Trouble:
    """Says on standard error when the feed falls behind, when it has caught up, and what else is wrong with it."""

    def __init__(self, clock: ExchangeClock) -> None:
        self._clock, self._behind, self._said = clock, False, ""

    def tell(self, beat: Beat) -> None:
        """Say what has changed."""
        from tapehawk.cli.terminal import remark

        behind = beat.stale_since is not None
        if behind and not self._behind:
            why = f": {beat.trouble}" if beat.trouble else ""
            remark(f"stale since {self._clock.clock(beat.stale_since)} {self._clock.short}{why}")
        elif self._behind and not behind:
            remark(f"up to date again at {self._clock.clock(beat.at)} {self._clock.short}")
        elif beat.trouble and beat.trouble != self._said:
            remark(beat.trouble)
        self._behind, self._said = behind, beat.trouble


class LiveLines:
    """Prints rows as they come, and the phases of the day."""

    def __init__(self, console: Console, market: str) -> None:
        self._out, self._clock = console, ExchangeClock(market)
        self._trouble = _Trouble(self._clock)
        self._shown = self._at = self._late = 0
        self._silent: Mapping[str, int | None] = {}

    @property
    def told(self) -> LiveTold:
        """Return who is told."""
        from tapehawk.app.beats import LiveTold

        return LiveTold(self._start, self._beat, states=True)

    def end(self) -> None:
        """Say how it ended."""
        self._out.print(ending(self._shown, self._at, self._clock))

    def _start(self, watched: Watched) -> None:
        self._out.print(title(watched))
        self._out.print(Text(f"{', '.join(watched.scanners)}", style="dim"))
        say_unjudged(unjudged(watched.timeframe, folded=watched.folded))
        self._out.print(Text.assemble(" " * NEWS_WIDTH, head()))

    def _beat(self, beat: Beat) -> None:
        self._trouble.tell(beat)
        self._at = beat.at
        if beat.turned:
            phase = self._clock.phase(beat.phase, beat.now)
            self._out.print(Text.assemble((f"{self._clock.clock(beat.turned.at)}  ", "dim"), phase))
        if beat.missing:
            self._out.print(Text(f"{self._clock.clock(beat.at)}  not waited for: {some(beat.missing)}", style="yellow"))
        self._say_silent(beat)
        for news, row in beat.hits():
            self._shown += news not in OF_BEFORE
            text = (f"{news:<{NEWS_WIDTH}}", NEWS[news])
            self._out.print(Text.assemble(text, line(row, self._clock.zone)), soft_wrap=True)
        for event in beat.signals:
            if event.after != "active":
                self._out.print(Text(f"{self._clock.clock(event.at)}  {became(event)}", style="dim"), soft_wrap=True)
        if beat.added or beat.withdrawn:
            came = f"{beat.came:,} of {beat.expected:,} symbols had a bar"
            late, self._late = beat.late - self._late, beat.late
            said = ["watermark", came, true_now(beat.states), *([came_late(late)] if late else [])]
            self._out.print(Text(f"{self._clock.clock(beat.at)}  {'; '.join(said)}", style="dim"), soft_wrap=True)

    def _say_silent(self, beat: Beat) -> None:
        """Name whom no bar has come of for a while, once."""
        new = {symbol: last for symbol, last in beat.silent.items() if symbol not in self._silent}
        self._silent = beat.silent
        if new:
            text = f"{self._clock.clock(beat.at)}  {silent(new, self._clock)}"
            self._out.print(Text(text, style="yellow"), soft_wrap=True)


class LiveMessages:
    """Writes the live socket's messages."""

    def __init__(self) -> None:
        self._messages = Messages()
        self._trouble = _Trouble(ExchangeClock("crypto"))
        self._shown = self._at = self._late = 0
        self._silent: Mapping[str, int | None] = {}
        self._states: Sequence[Row] = []

    @property
    def told(self) -> LiveTold:
        """Return who is told."""
        from tapehawk.app.beats import LiveTold

        return LiveTold(self._start, self._beat, states=True)

    def end(self) -> None:
        """Say that it ended."""
        self._messages.say("complete", self._at or None, rows=self._shown)

    def _start(self, watched: Watched) -> None:
        say_unjudged(unjudged(watched.timeframe, folded=watched.folded))

    def _beat(self, beat: Beat) -> None:
        self._trouble.tell(beat)
        self._at = beat.at
        hits = list(beat.hits())
        results = [{**row, "event": news == "event"} for news, row in hits if news not in OF_BEFORE]
        gone, right, no_events = ([row for news, row in hits if news == one] for one in OF_BEFORE)
        self._shown += len(results)
        self._messages.updates(beat.at, results=results, withdrawn=gone, confirmed=right, retracted=no_events)
        if beat.missing:
            self._messages.say("missing", beat.at, symbols=list(beat.missing))
        self._say_how_things_stand(beat)
        for event in beat.signals:
            way = {"from": event.before or None, "to": event.after, "reason": event.reason}
            self._messages.say("signal_changed", event.at, setup_key=event.setup_key, **way)

    def _say_how_things_stand(self, beat: Beat) -> None:
        """Say what is true now, who is silent, and how many bars came late, where that has changed."""
        from tapehawk.app.beats import NAMED, SILENT_BARS

        if beat.states != self._states:
            self._states = beat.states
            self._messages.say("states", beat.at, results=beat.states)
        if beat.silent != self._silent:
            self._silent = beat.silent
            named = {symbol: rfc3339_or_none(last, "seconds") for symbol, last in islice(beat.silent.items(), NAMED)}
            self._messages.say("silent", beat.at, bars=SILENT_BARS, count=len(beat.silent), symbols=named)
        if beat.late != self._late:
            self._messages.say("late", beat.at, bars=beat.late - self._late)
            self._late = beat.late


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


def silent(symbols: Mapping[str, int | None], clock: ExchangeClock) -> str:
    """Say who had none of the last bars, each with the start of its last one."""
    from tapehawk.app.beats import SILENT_BARS

    named = [f"{symbol} (last {clock.clock(last)})" if last else f"{symbol} (none)" for symbol, last in symbols.items()]
    return f"{numbers.many(len(named), 'symbol')} without one of the last {SILENT_BARS} bars: {some(named)}"


def true_now(states: Iterable[Row]) -> str:
    """Say how many hits are true now, by scanner."""
    by_scanner = Counter(str(row["scanner"]) for row in states)
    said = ", ".join(f"{scanner} {count:,}" for scanner, count in by_scanner.most_common())
    return f"{numbers.many(by_scanner.total(), 'hit')} true now{f': {said}' if said else ''}"


def came_late(bars: int) -> str:
    """Say how many bars came late."""
    return f"{numbers.many(bars, 'bar')} came late"


def became(event: SignalChanged) -> str:
    """Say what became of a signal."""
    scanner, pattern, symbol, *_ = event.setup_key.split("|")
    why = f" ({event.reason})" if event.reason else ""
    return f"{symbol}  {scanner} {pattern}: {event.before} → {event.after}{why}"


def ending(rows: int, at: int, clock: ExchangeClock) -> Text:
    """Return how many rows came and how far was scanned."""
    where = f"scanned to {clock.clock(at)} {clock.short}" if at else "no bar was scanned"
    return Text(f"{rows:,} rows; {where}", style="dim")
