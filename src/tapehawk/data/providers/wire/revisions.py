"""Counting how often a bar was sent: vendors rebroadcast bars and do not number them.

The last `minutes` of starts are remembered. A bar seen before with the same numbers is a duplicate and is dropped;
with other numbers it gets the next revision. A bar older than the memory is taken for a correction (revision 1): an
upsert of one that never came is the same as its first.
"""

from __future__ import annotations

from tapehawk.data.providers.door import StreamBar

MINUTE = 60_000_000


class Revisions:
    """What was sent of the newest starts."""

    def __init__(self, minutes: int = 16) -> None:
        self._reach = minutes * MINUTE
        self._newest = 0
        self._seen: dict[int, dict[str, StreamBar]] = {}

    def numbered(self, bar: StreamBar) -> StreamBar | None:
        """Return the bar with its revision, None for a duplicate."""
        start = bar.time
        if start > self._newest:
            self._newest = start
            self._forget()
        sent = self._seen.get(start)
        if sent is None:
            if start < self._newest - self._reach:
                return _revised(bar, 1)
            sent = self._seen[start] = {}
        before = sent.get(bar.symbol)
        if before is not None:
            if _numbers(before) == _numbers(bar):
                return None
            bar = _revised(bar, before.revision + 1 if before.final else before.revision)
        sent[bar.symbol] = bar
        return bar

    def _forget(self) -> None:
        for start in [start for start in self._seen if start < self._newest - self._reach]:
            del self._seen[start]


def _numbers(bar: StreamBar) -> tuple[float | bool, ...]:
    return (bar.open, bar.high, bar.low, bar.close, bar.volume, bar.final)


def _revised(bar: StreamBar, revision: int) -> StreamBar:
    return StreamBar(
        bar.symbol, bar.time, bar.open, bar.high, bar.low, bar.close, bar.volume, bar.final, revision, bar.received
    )
