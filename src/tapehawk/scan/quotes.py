"""Quotes: one line a symbol, for watchlists and tables of the whole market.

last        newest price known, as traded        change_pct   since the close of the session before (coins: 24 h)
volume      of that session so far (coins: 24 h) rvol         that by the mean of the 20 sessions before
sparkline   the last closes, on the basis of `last`, oldest first; the open session's price stands last
age         seconds since `last` was known       labels       simulated, stale since …, session open …
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from tapehawk.core.instants import rfc3339_each
from tapehawk.core.sessions import date_of
from tapehawk.scan.market_now import Now

CLOSES: Final = 30
FIELDS: Final = ("symbol", "last", "change_pct", "volume", "rvol", "sparkline", "time", "labels")


def quotes_of(now: Now, labels: Sequence[str], numbers: Iterable[int] | None = None) -> list[dict[str, Any]]:
    """Return quotes without their age: of all, or of the symbols with these numbers, in that order.

    `labels`: those of the whole market. A symbol whose session is an older one than the market's says so.
    """
    which = np.arange(len(now.symbols)) if numbers is None else np.array(list(numbers), dtype=np.int64)
    values = (now.last, now.change, now.volume, now.rvol)
    columns = (
        [now.symbols[number] for number in which.tolist()],
        *([None if value != value else value for value in one[which].tolist()] for one in values),  # noqa: PLR0124 - NaN
        _closes(now, which.tolist()),
        rfc3339_each(now.closed[which]),
        _labels(now, which.tolist(), list(labels)),
    )
    return [dict(zip(FIELDS, row, strict=True)) for row in zip(*columns, strict=True)]


def aged(quotes: Iterable[Mapping[str, Any]], closed: Iterable[int], instant: int) -> list[dict[str, Any]]:
    """Return quotes with the seconds since each was known."""
    return [{**one, "age": max(0, instant - at) // 1_000_000} for one, at in zip(quotes, closed, strict=True)]


def _closes(now: Now, numbers: Sequence[int]) -> list[list[float]]:
    """Return each symbol's last closes; a mapped file is looked into as plain memory, which is far quicker."""
    panel = now.panel
    close = np.asarray(panel.columns["close"]).view(np.ndarray)
    raw = np.asarray(panel.columns.get("raw.close", close)).view(np.ndarray)
    starts, places, ends = panel.starts.tolist(), now.place.tolist(), (now.bar + 1).tolist()
    # A name that left before it split: its closes are adjusted, its last price is as traded.
    basis = np.where(now.is_open, 1.0, raw[now.bar] / close[now.bar]).tolist()
    lasts, is_open = now.last.tolist(), now.is_open.tolist()
    found = []
    for number in numbers:
        end, open_ = ends[number], is_open[number]
        closes = close[max(starts[places[number]], end - CLOSES + open_) : end]
        line: list[float] = (closes if basis[number] == 1.0 else closes * basis[number]).tolist()
        found.append([*line, lasts[number]] if open_ else line)
    return found


def _labels(now: Now, numbers: Sequence[int], labels: list[str]) -> list[list[str]]:
    newest = int(now.session[~now.is_open].max(initial=-1))
    said: dict[tuple[int, bool], list[str]] = {}
    for session, open_ in {(int(now.session[n]), bool(now.is_open[n])) for n in numbers}:
        own = [f"session {date_of(session)} so far"] if open_ else []
        own += [f"stale since {date_of(session)}"] if not open_ and session < newest else []
        said[session, open_] = [*labels, *own]
    return [said[int(now.session[n]), bool(now.is_open[n])] for n in numbers]
