"""The watermark: the instant up to which every expected bar has arrived or is explained.

A bar of the session is *settled* when every expected symbol's has arrived; or when it closed `grace` ago, the line has
since brought a bar that starts no earlier (it is alive), and no gap is open: then whoever has none did not trade. A gap
holds the watermark at the instant since which bars may be missing, until history has filled it. It never goes back;
what arrives behind it is a late bar or a correction.
"""

from __future__ import annotations

import asyncio
from typing import Final

import numpy as np

from tapehawk.core.panel import Ints

GRACE: Final = 3_000_000  # microseconds: the providers' bars come within a second or two of their close


class Watermark:
    """Where one session stands; instants in microseconds UTC. `begins` to `ends` are cut in slots of `step`.

    `length`: of a bar, which has the slot at whose end it closes (None: bars are slots).
    """

    def __init__(self, begins: int, ends: int, step: int, *, length: int | None = None, grace: int = GRACE) -> None:
        self._begins, self._ends, self._step, self._grace = begins, ends, step, grace
        self._length = length or step
        self.at = begins
        self._explained = begins
        self._newest = begins - self._length
        self._held: int | None = None
        self._moved = asyncio.Event()

    def heard(self, start: int) -> None:
        """Note that the line has brought a bar that starts then."""
        self._newest = max(self._newest, start)

    def hold(self, since: int) -> None:
        """Stand still: bars since then may be missing."""
        self._held = since if self._held is None else min(self._held, since)

    def filled(self, until: int) -> None:
        """Go on: history has answered for everything that closed by `until`."""
        self._held = None
        self._explained = max(self._explained, until)

    def move(self, arrived: Ints, expected: int, now: int) -> int:
        """Settle what can be: `arrived` symbols of `expected` a slot of the session. Returns the watermark."""
        alive = min(self._newest, now - self._grace - self._length) + self._length
        settled = min(max(alive, self._explained), self._ends)
        slot = (max(settled, self.at) - self._begins) // self._step
        short = np.flatnonzero(arrived[slot:] < max(expected, 1))
        whole = self._begins + (slot + int(short[0] if short.size else arrived.size - slot)) * self._step
        limit = self._ends if self._held is None else self._held
        self._go(min(max(settled, min(whole, self._ends)), limit))
        return self.at

    async def reached(self, instant: int) -> None:
        """Wait until the watermark is there."""
        while self.at < instant:
            self._moved.clear()
            await self._moved.wait()

    def _go(self, to: int) -> None:
        to = self._begins + (to - self._begins) // self._step * self._step if to < self._ends else self._ends
        if to > self.at:
            self.at = to
            self._moved.set()
