"""Who analyses: what the second phase asks for, and what is told where it fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from tapehawk.analysis.part import unavailable
from tapehawk.core.errors import TapehawkError

Parts: TypeAlias = Mapping[str, Any]
Analyse: TypeAlias = Callable[[Sequence[str], Mapping[str, str], str | None], Mapping[str, Parts]]
"""Deep analysis: some symbols, what the quick scan says of each (BUY, SELL, HOLD) and on which bars (None: those usual
in its market) → symbol → its parts by name."""


def silent() -> dict[str, Any]:
    """Return what is told of a symbol that the analysis says nothing of."""
    return unavailable("the analysis says nothing of it")


def analysed(analyse: Analyse, sides: Mapping[str, str], timeframe: str | None) -> Mapping[str, Parts]:
    """Analyse some symbols; where that fails one by one, so that only those that fail themselves say so."""
    try:
        return analyse(list(sides), sides, timeframe)
    except Exception:  # noqa: BLE001  the outermost loop of a worker: what follows says which symbol it was
        return {symbol: _alone(analyse, symbol, side, timeframe) for symbol, side in sides.items()}


def _alone(analyse: Analyse, symbol: str, side: str, timeframe: str | None) -> Parts:
    try:
        return analyse([symbol], {symbol: side}, timeframe).get(symbol, silent())
    except TapehawkError as error:
        return unavailable(error.message)
    except Exception as error:  # noqa: BLE001  a bug of ours, told as one; it may not end the queue
        return unavailable(f"failed, a bug: {type(error).__name__}: {error}")
