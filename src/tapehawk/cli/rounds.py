"""Rounds of scans without a screen, and what their screens have in common."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from rich.text import Text

from tapehawk.cli import numbers
from tapehawk.cli.session_clock import ExchangeClock, left
from tapehawk.cli.signal_lines import Messages, Row, head, line

if TYPE_CHECKING:
    from rich.console import Console

    from tapehawk.app.asking import Asked
    from tapehawk.app.streaming import RoundNews

ERRORS_KEPT: Final = 5
SECOND: Final = 1_000_000


class RoundLines:
    """Prints what is new and what is gone, and a line of every round."""

    def __init__(self, console: Console, asked: Asked) -> None:
        self._out, self._clock, self._daily = console, ExchangeClock(asked.market), is_daily(asked)

    def tell(self, news: RoundNews) -> None:
        """Print a round."""
        one = news.round
        if one.number == 1:
            self._out.print(head())
        for look in one.looks:
            for row in look.changes.withdrawn:
                self._out.print(Text.assemble(("no longer  ", "yellow"), self._line(row)), soft_wrap=True)
            for row in look.changes.added:
                self._out.print(Text(self._line(row)), soft_wrap=True)
        self._out.print(Text(f"{self._clock.seconds(one.at)}  {summary(news)}", style="dim"), soft_wrap=True)
        for text in errors(news, self._clock):
            self._out.print(text, soft_wrap=True)

    def _line(self, row: Row) -> str:
        return line(row, self._clock.zone, daily=self._daily)


class RoundMessages:
    """Writes the live socket's message of every scanner that has news, and of every scan that failed."""

    def __init__(self) -> None:
        self._messages = Messages()

    def tell(self, news: RoundNews) -> None:
        """Write a round."""
        for look in news.round.looks:
            self._messages.updates(news.round.at, results=look.changes.added, withdrawn=look.changes.withdrawn)
            if look.error:
                self._messages.say("error", news.round.at, scanner_type=look.scanner, error=look.error.message)


def is_daily(asked: Asked) -> bool:
    """Say whether a day's bars are asked for, or longer ones."""
    return asked.timeframe in ("1d", "1w")


def summary(news: RoundNews) -> str:
    """Return a round in a sentence."""
    looks = news.round.looks
    new, gone = (sum(len(getattr(look.changes, kind)) for look in looks) for kind in ("added", "withdrawn"))
    failed = sum(look.error is not None for look in looks)
    said = [
        f"round {news.round.number:,}",
        f"{numbers.many(len(news.round.rows), 'row')}, {new:,} new, {gone:,} gone",
        f"{sum(look.took_ms for look in looks):,.0f} ms",
    ]
    return " · ".join(said + ([numbers.many(failed, "error")] if failed else []))


def about(news: RoundNews) -> Text:
    """Return which bars answered, with what must be said of them."""
    reports = [look.report for look in news.round.looks if look.report]
    if not reports:
        return Text("no bars", style="dim")
    text = Text()
    for label in dict.fromkeys(label for one in reports for label in one.labels):
        text.append(f"[{label}] ", style="bold yellow")
    return text.append(f"bars of {reports[0].as_of} · {reports[0].series}", style="none")


def errors(news: RoundNews, clock: ExchangeClock) -> Iterator[Text]:
    """Yield what went wrong in a round."""
    for look in news.round.looks:
        if look.error:
            yield Text(f"{clock.seconds(news.round.at)}  {look.scanner}: {look.error.message}", style="red")


class Seen:
    """What a screen of rounds has seen: the last round, the last errors."""

    def __init__(self, asked: Asked, now: Callable[[], int]) -> None:
        self.clock, self.market, self._now = ExchangeClock(asked.market), asked.market, now
        self.daily = is_daily(asked)
        self.last: RoundNews | None = None
        self.errors: deque[Text] = deque(maxlen=ERRORS_KEPT)

    def take(self, news: RoundNews) -> None:
        """Take a round."""
        self.errors.extend(errors(news, self.clock))
        self.last = news

    def state(self, scanners: Sequence[str]) -> Iterator[Text]:
        """Yield what is scanned, the session clock, and the last round and when the next is due."""
        from tapehawk.core.phases import phase_at

        now = self._now()
        yield Text(", ".join(scanners), style="bold cyan")
        yield self.clock.line(phase_at(self.market, now), now)
        if self.last is None:
            yield Text("scanning", style="dim")
            return
        yield about(self.last)
        due = self.last.round.at + int(self.last.every * SECOND)
        yield Text(f"{summary(self.last)} · next in {left(due - now)}")

    def news_of(self, row: Row) -> str:
        """Say whether a row is new in the last round (in the first one nothing is: there is none before)."""
        last = self.last
        if last is None or last.round.number == 1:
            return ""
        return "new" if any(row in look.changes.added for look in last.round.looks) else ""
