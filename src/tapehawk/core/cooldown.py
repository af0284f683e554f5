"""Cooldown: after a signal the same pattern of the same symbol makes no other for five bars.

The bars are the market's, whether or not the symbol traded. A setup that comes within them is no signal and does not
make the silence longer.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Final

BARS: Final = 5


class Cooldown:
    """What has been a signal: the slots of each group (scanner, pattern, symbol).

    Setups of a group come in order of time, but for those said again: these meet what they met before.
    """

    def __init__(self) -> None:
        self._slots: dict[Hashable, list[int]] = {}

    def passes(self, group: Hashable, slot: int) -> bool:
        """Say whether a setup is a signal; if so the cooldown begins."""
        slots = self._slots.setdefault(group, [])
        if slots and slot - slots[-1] <= BARS and any(abs(slot - one) <= BARS for one in slots):
            return False
        slots.append(slot)
        return True

    def forget(self, group: Hashable, slot: int) -> None:
        """Let a signal that was withdrawn silence nobody."""
        self._slots[group].remove(slot)


def cooled(groups: Iterable[Hashable], slots: Iterable[int]) -> list[bool]:
    """Say which of some setups, those of a group in order of time, are signals."""
    cooldown = Cooldown()
    return [cooldown.passes(group, slot) for group, slot in zip(groups, slots, strict=True)]
