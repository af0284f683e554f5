"""What a part of the deep analysis is: inputs that it declares, and a pure function from their values to an answer.

    inputs      On("1d") → {"rsi": rsi(14), "adx": adx(14).adx, …}     expressions of our own language
    answer      side, the values at the last closed bar → a plain mapping

The inputs go through the one evaluator, for one symbol or ten thousand, so a part sees the values that a scan sees and
has no word for a later bar. The function knows no symbols, frames, files or clocks. What can not be said is not made
up: a part raises NoData with the reason, which is then its answer.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, Self, TypeAlias

from tapehawk.core.errors import NoData
from tapehawk.core.expr import Expr
from tapehawk.core.scanner import BUY, SELL

HOLD: Final = "HOLD"
LATE_SESSIONS: Final = 3
"""Sessions without a bar, while there were others, after which the last bar says nothing of today."""
Answer: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True)
class On:
    """The bars that an input is computed on: a timeframe of the symbol, or of the benchmark."""

    timeframe: str
    benchmark: bool = False


@dataclass(frozen=True)
class Bar:
    """The last closed bar: an input's value by its name, and how many bars there are up to and with it.

    `known_at`: when the bar closed, RFC 3339. `of`: whose bar it is. `labels`: what must be said of its data. `lag`:
    sessions by which the bars of this timeframe end before those of others.
    """

    values: Mapping[str, float]
    count: int
    known_at: str = ""
    of: str = ""
    labels: tuple[str, ...] = ()
    lag: int = 0

    def __getitem__(self, name: str) -> float:
        """Return a value; raises NoData where it is null, so that no part computes with one by accident."""
        value = self.get(name)
        if value is None:
            raise NoData(f"{name} has no value on the last closed bar")
        return value

    def get(self, name: str) -> float | None:
        """Return a value, None where it is null."""
        value = self.values[name]
        return value if value - value == 0.0 else None


@dataclass(frozen=True)
class Seen:
    """What a part may look at: the bars it declared inputs on, or why there are none."""

    bars: Mapping[On, Bar]
    missing: Mapping[On, str] = field(default_factory=dict)

    def need(self, on: On, history: int) -> Bar:
        """Return the bar; raises NoData where there is none, or fewer than `history` up to it."""
        bar = self.bars.get(on)
        if bar is None:
            raise NoData(self.missing.get(on, f"no {on.timeframe} bars"))
        if bar.count < history:
            raise NoData(f"not enough history: {bar.count} of {history} {on.timeframe} bars")
        return bar


class Part(ABC):
    """Base of every part. `name`: its key in an analysis."""

    name: ClassVar[str]

    @classmethod
    def of_signals_on(cls, timeframe: str) -> Self:  # noqa: ARG003 - most parts have bars of their own
        """Return the part as it is asked about signals of a timeframe."""
        return cls()

    @abstractmethod
    def inputs(self) -> Mapping[On, Mapping[str, Expr]]:
        """Return the expressions that `answer` reads, by name, on each kind of bars."""

    @abstractmethod
    def answer(self, side: str, seen: Seen) -> Answer:
        """Return plain values for the signal's side. Raises NoData, with the reason, where nothing can be said."""


def answered(part: Part, side: str, seen: Seen) -> dict[str, Any]:
    """Return a part's answer as it is shown: available, as of when; or not available, and why."""
    try:
        answer = part.answer(side, seen)
    except NoData as lacking:
        return unavailable(lacking.message)
    bars = seen.bars.values()
    labels = dict.fromkeys(label for bar in bars for label in bar.labels)
    as_of = max((bar.known_at for bar in bars), default="")
    return {"available": True, "as_of": as_of, "labels": list(labels), **answer}


def unavailable(reason: str) -> dict[str, Any]:
    """Return the answer of a part that can say nothing."""
    return {"available": False, "reason": reason}


def sign_of(side: str) -> int:
    """Return 1 for BUY and -1 for SELL; raises NoData for a signal without a side."""
    if side not in (BUY, SELL):
        raise NoData(f"{side} has no side")
    return 1 if side == BUY else -1
