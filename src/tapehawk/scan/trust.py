"""What a scan may rely on: bars that are stale or in quarantine are refused, or left out and named.

    strict   refused: the market's bars are behind their contract, or a symbol that was named is stale or in quarantine
    broad    answered, labelled "stale since …"; the funnel counts who is left out, a note names them

A whole market always holds a halted name, so of a universe strictness asks only that the market's bars be fresh.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Final

from tapehawk.core.errors import NoData
from tapehawk.core.sessions import date_of
from tapehawk.data.freshness import stale_since
from tapehawk.scan.asked import Asked
from tapehawk.scan.question import Question

MOST_NAMES: Final = 5
HOW_TO_REFRESH: Final = "scanner sync brings them up to date; without strict the scan answers from what is stored"
HOW_TO_REPAIR: Final = "scanner data check says how to repair it"


def trusted(asked: Asked, question: Question, now: dt.datetime | None) -> Asked:
    """Label stale bars; `now` None: how old they are does not matter to the question.

    Raises NoData for a strict question that they or a quarantine would answer.
    """
    since = None if now is None else stale_since(asked.panel, now)
    if question.strict:
        _refuse(asked, question, since)
    return asked if since is None else asked.labelled(f"stale since {since}")


def left_out_notes(asked: Asked) -> Iterator[str]:
    """Say in a line each which symbols are left out as stale, whose history is, and which bars were not joined."""
    late, shortened = stale(asked), shortened_history(asked)
    if late:
        yield f"{_symbols(len(late))} left out as stale: {_named(late, 'since')}; {HOW_TO_REFRESH}"
    if shortened:
        bars = sum(asked.panel.left_out[name] for name in shortened)
        yield (
            f"{_symbols(len(shortened))} without the history before a missed split, {bars:,} bars: "
            f"{_named(shortened, 'before')}; {HOW_TO_REPAIR}"
        )
    if asked.panel.apart:
        yield (
            f"{', '.join(asked.panel.apart)}: volume of another scope, not joined with {asked.series}; "
            "what compares volumes across that edge is null"
        )


def stale(asked: Asked) -> Mapping[str, int]:
    """Return the listed symbols whose bars end before the days asked for: symbol → day of the last bar."""
    late, panel = set(asked.panel.stale), asked.panel
    last = zip(panel.symbols, panel.columns["session"][panel.starts[1:] - 1].tolist(), strict=True) if late else ()
    return {name: int(day) for name, day in last if name in late and day < asked.days.first}


def shortened_history(asked: Asked) -> Mapping[str, int]:
    """Return the symbols whose bars before a missed split are left out: symbol → day of the first that is not."""
    left_out, panel = asked.panel.left_out, asked.panel
    first = zip(panel.symbols, panel.columns["session"][panel.starts[:-1]].tolist(), strict=True) if left_out else ()
    return {name: int(day) for name, day in first if name in left_out}


def _refuse(asked: Asked, question: Question, since: str | None) -> None:
    if since is not None:
        raise NoData(f"{question.timeframe} bars are stale since {since}", hint=HOW_TO_REFRESH)
    named = set(question.symbols)
    late = {name: day for name, day in stale(asked).items() if name in named}
    if late:
        raise NoData(f"{question.timeframe} bars are stale: {_named(late, 'since')}", hint=HOW_TO_REFRESH)
    shortened = shortened_history(asked).items()
    distrusted = {name: day for name, day in shortened if name in named and day > asked.days.first}
    if distrusted:
        message = f"{question.timeframe} bars are in quarantine for a missed split: {_named(distrusted, 'before')}"
        raise NoData(message, hint=HOW_TO_REPAIR)


def _symbols(count: int) -> str:
    return f"{count:,} symbol{'s' if count > 1 else ''}"


def _named(days: Mapping[str, int], word: str) -> str:
    """Name some symbols with their day, and count the others."""
    some = [f"{name} {word} {date_of(day)}" for name, day in sorted(days.items())[:MOST_NAMES]]
    more = len(days) - len(some)
    return ", ".join(some) + (f" and {more:,} more" if more else "")
