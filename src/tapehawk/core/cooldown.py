"""Cooldown: after a signal the same pattern of the same symbol makes no other for five bars.

The bars are the market's, whether or not the symbol traded. A setup that comes within them is no signal and does not
make the silence longer.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Final

BARS: Final = 5


class Cooldown:
    """What has been a signal lately: a group's (scanner, pattern, symbol) last slot."""

    def __init__(self) -> None:
        self._last: dict[Hashable, int] = {}

    def passes(self, group: Hashable, slot: int) -> bool:
        """Say whether a setup is a signal; if so the cooldown begins."""
        last = self._last.get(group)
        if last is not None and abs(slot - last) <= BARS:
            return False
        self._last[group] = slot
        return True

    def forget(self, group: Hashable, slot: int) -> None:
        """Let a signal that was withdrawn silence nobody."""
        if self._last.get(group) == slot:
            del self._last[group]


def cooled(groups: Iterable[Hashable], slots: Iterable[int]) -> list[bool]:
    """Say which of some setups, those of a group in order of time, are signals."""
    cooldown = Cooldown()
    return [cooldown.passes(group, slot) for group, slot in zip(groups, slots, strict=True)]
