"""What a feed may be missing: bars since an instant, of some symbols, until history has answered for them."""

from __future__ import annotations

from collections.abc import Iterable


class Gap:
    """One gap, however often it is told: the earliest instant, all the symbols. `number` counts how often that was.

    Instants are µs UTC. `since`: 0 while nothing is missing. `through`: when the last bar is over that is missing, 0
    where that is past. `ask_at`: when history is asked.
    """

    def __init__(self) -> None:
        self.since = self.through = self.ask_at = self.number = 0
        self.symbols = frozenset[str]()

    def __bool__(self) -> bool:
        return self.since > 0

    def tell(self, since: int, symbols: Iterable[str], *, through: int = 0, ask_at: int = 0) -> None:
        """Let bars be missing; while some are already, history is asked when it would have been."""
        if not self:
            self.ask_at = ask_at
        self.since, self.through = min(since, self.since or since), max(through, self.through)
        self.symbols |= frozenset(symbols)
        self.number += 1

    def answered(self, until: int, *, ask_at: int) -> None:
        """Leave missing what was not over at an instant; history is asked for that at another."""
        if self.through > until:
            self.since, self.ask_at = until, ask_at
        else:
            self.since, self.through, self.symbols = 0, 0, frozenset()
