"""How it reads. Everything is one line of plain text here; a notifier escapes what its medium would take for markup."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from tapehawk.notify.news import News

MORE: Final = "more"
"""The type of the notification that stands for those above the hourly limit; its data says how many (`count`)."""
TITLE: Final = 200
"""Characters of a title at most."""


@dataclass(frozen=True)
class Letter:
    """A message as it goes out. `id`: the same at every attempt. `more`: how many it stands for beside its lines."""

    id: str
    title: str
    lines: tuple[str, ...]
    notifications: tuple[Mapping[str, Any], ...] = ()
    more: int = 0

    def text(self, most: int) -> str:
        """Return its lines within so many characters, with how many more there are."""
        shown, room = list[str](), most - len(_and_more(10**9)) - 1
        for line in self.lines:
            if shown and len(line) + 1 > room:
                break
            shown.append(line[:room])
            room -= len(shown[-1]) + 1
        left = len(self.lines) - len(shown) + self.more
        return "\n".join([*shown, _and_more(left)] if left else shown)


def letter_of(id: str, rows: Sequence[Mapping[str, Any]]) -> Letter:
    """Return the letter that tells of some notifications, the rows of their table."""
    told = [row for row in rows if row["type"] != MORE]
    more = sum(int(row["data"]["count"]) for row in rows if row["type"] == MORE)
    if len(told) == 1 and not more:
        return Letter(id, told[0]["title"], (told[0]["message"],), (told[0],))
    title = f"{len(told) + more:,} notifications"
    return Letter(id, title, tuple(f"{row['title']}: {row['message']}" for row in told), tuple(told), more)


def title_of(news: News) -> str:
    """Return what is said first of news: "BUY AAPL: breakout, resistance break"."""
    row = news.data
    said = f"{row['direction']} {row['symbol']}" + ("" if news.is_new else f" {news.status}")
    simulated = "[simulated] " if "simulated" in row["labels"] else ""
    return plain(f"{simulated}{said}: {row['scanner']}, {row['pattern']}")[:TITLE]


def message_of(news: News, zone: ZoneInfo) -> str:
    """Return what is said of news beside their title, times by the user's clock."""
    return plain(", ".join(_parts(news, zone)))


def more_than(count: int, most: int) -> tuple[str, str]:
    """Return the title and message of what stands for `count` notifications above the hourly limit."""
    return _and_more(count), f"above the limit of {most:,} notifications an hour; the list of signals has them all"


def plain(text: str) -> str:
    """Return text as one line without what can't be seen: controls, line ends, marks that turn its direction."""
    seen = "".join(" " if unicodedata.category(one)[0] in "CZ" else one for one in text)
    return " ".join(seen.split())


def seen(text: str) -> str:
    """Return text that people give, as it is. Raises ValueError for what can't be seen, or be stored."""
    if not text.isprintable():
        raise ValueError("it holds characters that can't be seen")
    return text


def _and_more(count: int) -> str:
    return f"and {count:,} more"


def _parts(news: News, zone: ZoneInfo) -> Iterator[str]:
    row = news.data
    for name in ("entry", "stop", "target1", "target2"):
        if row[name] is not None:
            yield f"{name} {row[name]:,.10g}"
    if row["confidence"] is not None:
        yield f"confidence {row['confidence']:.0f}"
    yield f"{row['timeframe']} {row['phase'].replace('_', '-')}"
    yield _clock(news.at, zone)
    yield from (label for label in row["labels"] if label != "simulated")


def _clock(at: dt.datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M %Z}"
