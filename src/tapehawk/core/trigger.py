"""A level that a price may cross before its bar has closed.

    setup bar closed ──► armed: conditions and level known ──► a price beyond the level: `intrabar` ──► the close says

A trigger is made of what was known before its bar opened: values of bars before (`high[1]`), of slower bars, of the
calendar. So it can be armed as soon as the bar before has closed, and means the same for a bar that is still forming
as for one in history. The close is judged by the setup's own conditions: it confirms the trigger or withdraws it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tapehawk.core.errors import LookAhead
from tapehawk.core.expr import Expr

_CALENDAR: Final = frozenset({"session", "minute", "close_minute"})
_BEFORE: Final = frozenset({"delay", "on"})  # of bars that had closed when this one opened


@dataclass(frozen=True)
class Trigger:
    """`when`: the conditions that arm it; `level`: beyond it, on the setup's side, is a cross; `stop`: as the setup's.

    Raises LookAhead for anything that only the bar itself could tell.
    """

    level: Expr
    when: Mapping[str, Expr]
    stop: Expr

    def __post_init__(self) -> None:
        for name, x in {"level": self.level, "stop": self.stop, **self.when}.items():
            if not known_before(x):
                raise LookAhead(
                    f"the trigger's {name!r} ({x}) needs the bar that the price crosses it in",
                    hint="name bars before it, as in high[1]",
                )


def known_before(x: Expr) -> bool:
    """Say whether a value is known before its bar opens."""
    if x.op in _BEFORE:
        return True
    if x.op == "column":
        return x.params[0] in _CALENDAR
    return all(map(known_before, x.args))
