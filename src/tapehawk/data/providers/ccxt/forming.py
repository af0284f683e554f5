"""When a candle is over: exchanges send the newest one again and again while it forms.

    the exchange says so            Binance does, though ccxt drops its word: it is read on the way
    a later candle of the symbol    whatever the exchange says
    some seconds after its end      by our clock, when no later candle comes

A candle that is over stays so: what is said of it later corrects it, unless the exchange says that it still formed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tapehawk.data.providers.door import StreamBar
from tapehawk.data.providers.wire.revisions import MINUTE, Revisions

GRACE: Final = 5_000_000  # microseconds; Binance pushes a candle every two seconds


@dataclass(frozen=True)
class Said:
    """A candle of a minute as it was sent; `over`: whether the exchange says that it is, None: it does not say."""

    symbol: str
    time: int
    prices: tuple[float, float, float, float]
    volume: float
    over: bool | None

    def bar(self, received: int, *, final: bool) -> StreamBar:
        """Return it as a bar, not yet numbered."""
        return StreamBar(self.symbol, self.time, *self.prices, self.volume, final, 0, received)


class Forming:
    """The candle of each symbol that is not over yet, and how far its final ones reach. Times in microseconds UTC."""

    def __init__(self) -> None:
        self._forming: dict[str, Said] = {}
        self._over: dict[str, int] = {}
        self._revisions = Revisions()

    def add(self, said: Said, received: int) -> list[StreamBar]:
        """Return the bars that a candle is, and ends."""
        bars, before = list[StreamBar](), self._forming.get(said.symbol)
        if before is not None and said.time > before.time:
            bars += self._final(before, received)
        passed = said.time <= self._over.get(said.symbol, -1)
        behind = before is not None and said.time < before.time
        if said.over or (said.over is None and (passed or behind)):
            return bars + self._final(said, received)
        if passed:
            return bars
        if not behind:
            self._forming[said.symbol] = said
        return bars + self._numbered(said.bar(received, final=False))

    def forget(self) -> None:
        """Leave what is forming to history: the line broke, and how it ends will not be heard."""
        self._forming.clear()

    def close(self, now: int) -> list[StreamBar]:
        """Return the bars that time has ended."""
        due = [one for one in self._forming.values() if one.time + MINUTE + GRACE <= now]
        return [bar for one in due for bar in self._final(one, now)]

    def _final(self, said: Said, received: int) -> list[StreamBar]:
        forming = self._forming.get(said.symbol)
        if forming is not None and forming.time <= said.time:
            del self._forming[said.symbol]
        self._over[said.symbol] = max(said.time, self._over.get(said.symbol, -1))
        return self._numbered(said.bar(received, final=True))

    def _numbered(self, bar: StreamBar) -> list[StreamBar]:
        numbered = self._revisions.numbered(bar)
        return [] if numbered is None else [numbered]
