"""Past signals of a scanner: every hit of a range, with whatever somebody wants to know of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tapehawk.core.errors import BadInput
from tapehawk.core.expr import Expr
from tapehawk.core.features import with_levels
from tapehawk.core.panel import Panel
from tapehawk.core.scanner import Scanner, Setup, setups_for
from tapehawk.core.search import find
from tapehawk.core.watch import Found, Watch
from tapehawk.scan.asked import Asked
from tapehawk.scan.question import Question, selection


@dataclass(frozen=True, eq=False)
class PastSignals:
    """What each setup of a scanner found in a panel: `entry`, `stop` and the asked columns, prices adjusted."""

    panel: Panel
    found: tuple[Found, ...]


def past_signals(
    scanner: Scanner,
    question: Question,
    asked: Asked,
    show: Callable[[Setup], Mapping[str, Expr]],
    *,
    threads: int = 2,
) -> PastSignals:
    """Return every hit with a side in the range asked for, those that a cap or a lowest score would hide among them.

    Raises BadInput for a scanner whose setups have no side.
    """
    setups = tuple(with_levels(setups_for(scanner, asked.panel.timeframe)))
    if not setups:
        raise BadInput(f"no pattern of {scanner.type()} has a side", hint="there is no target it could reach")
    columns = tuple({**show(setup), **_levels(setup)} for setup in setups)
    watch = Watch(scanner.type(), scanner.universe(), setups, columns)
    found = find(asked.among, [watch], selection(question, asked.days, asked.among), threads=threads)
    return PastSignals(asked.among, tuple(found))


def _levels(setup: Setup) -> dict[str, Expr]:
    return {"entry": setup.entry} if setup.stop is None else {"entry": setup.entry, "stop": setup.stop}
