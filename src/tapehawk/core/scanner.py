"""Scanners are declarations: bounded parameters, and the setups they look for.

    class InsideBar(Scanner):
        \"\"\"A bar inside the one before, then a close beyond it.\"\"\"

        def setups(self) -> Iterator[Setup]:
            yield Setup("breakout", BUY, base=110, when={"inside": …, "above": close > high[1] * 1.001}, stop=low[1])

The pydantic fields are the flags of the command, the form in the browser and the table in the docs; the named
conditions of `when`, in order, are the funnel and what `explain` tells. A scanner is a file in `tapehawk/scanners` and
nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from tapehawk.core.columns import close, volume
from tapehawk.core.errors import BadInput
from tapehawk.core.expr import MASK, Expr
from tapehawk.core.indicators import sma
from tapehawk.core.next_day import NextDayCheck
from tapehawk.core.timeframes import bars_a_session
from tapehawk.core.trigger import Trigger


class Direction(StrEnum):
    """The side of a setup; NONE has no side, so no levels and no signal: a row to watch."""

    BUY = "BUY"
    SELL = "SELL"
    NONE = "NONE"


BUY, SELL, NONE = Direction.BUY, Direction.SELL, Direction.NONE
AT_CLOSE, AT_OPEN = "close", "open"


@dataclass(frozen=True)
class Setup:
    """One pattern of a scanner.

    `when`: named conditions in the order they are counted; a hit needs every one to be true. `entry` (default the bar's
    close), `stop` and the prices among `show` are split-adjusted expressions; rows give them as traded. `base`: base of
    the confidence, None where it is the score. `known`: "open" for a setup that uses of its own bar only the open.
    `timeframes`: the bars the pattern exists on, None for all of its scanner's. `says`: factors of the confidence that
    its own conditions say already ("volume"). `words`: of a shown grade, what rows say for 0, 1, 2, … (null: UNKNOWN).
    `trigger`: the level that a price may cross before the bar has closed.
    """

    pattern: str
    direction: Direction
    when: Mapping[str, Expr]
    stop: Expr | None = None
    base: float | None = None
    score: Expr | None = None
    entry: Expr = close
    show: Mapping[str, Expr] = field(default_factory=dict)
    known: str = AT_CLOSE
    timeframes: tuple[str, ...] | None = None
    says: tuple[str, ...] = ()
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    trigger: Trigger | None = None

    def __post_init__(self) -> None:
        for name, condition in self.when.items():
            if getattr(condition, "kind", None) != MASK:
                raise BadInput(
                    f"pattern {self.pattern!r}: {name!r} is not a condition", hint="compare something: close > open"
                )
        if not self.when:
            raise BadInput(f"pattern {self.pattern!r} has no condition")
        if self.direction is not NONE and self.stop is None:
            raise BadInput(
                f"pattern {self.pattern!r} has a side and no stop", hint="give stop=…, or the direction NONE"
            )


class Scanner(BaseModel):
    """Base of every scanner: subclass it, give bounded fields and yield setups.

    `universe()` names what a symbol must be to be looked at, before any pattern: by default a traded price and a mean
    dollar volume. `timeframes`: the bars the definition makes sense on.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    timeframes: ClassVar[tuple[str, ...]] = ("1m", "5m", "15m", "30m", "1h", "4h", "1d", "1w")
    next_day: ClassVar[NextDayCheck | None] = None  # what the next morning says of a hit, as rows of their own
    wide: ClassVar[bool] = False  # one row per (symbol, bar) with a flag for each pattern, in place of one per hit

    min_price: Annotated[float, Field(ge=0, le=1e6, description="price as traded")] = 5
    min_dollar_volume: Annotated[float, Field(ge=0, le=1e13, description="per day, mean of 20 bars")] = 5_000_000

    @classmethod
    def type(cls) -> str:
        """Return the scanner's name: `InsideBar` is `inside_bar`."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def universe(self) -> Mapping[str, Expr]:
        """Return the named conditions that decide which bars are looked at."""
        return {f"price ≥ {self.min_price:g}": close >= self.min_price, **liquid(self.min_dollar_volume)}

    def setups(self) -> Iterator[Setup]:
        """Yield the patterns this scanner looks for."""
        raise NotImplementedError

    def band(self) -> Mapping[str, Expr]:
        """Return conditions that only hide rows, each under the name of the parameter that widens it.

        They are met after those of every pattern, so that the funnel says how many rows each of them hides.
        """
        return {}

    def limit(self) -> tuple[int | None, float]:
        """Return how many rows a day are kept (None: all) and the lowest score that is."""
        return None, 0.0


def liquid(dollars: float) -> Mapping[str, Expr]:
    """Return the condition that a mean day of the last 20 bars trades so much; for 0 none, as it needs no history."""
    a_day = sma(close * volume, 20) * bars_a_session
    return {f"dollar volume ≥ {dollars:,.0f} a day": a_day >= dollars} if dollars else {}


def setups_for(scanner: Scanner, timeframe: str) -> tuple[Setup, ...]:
    """Return the setups that exist on a timeframe, the band's conditions behind their own.

    Raises BadInput where the scanner's definition makes no sense on that timeframe.
    """
    setups = [setup for setup in scanner.setups() if timeframe in (setup.timeframes or scanner.timeframes)]
    if timeframe not in scanner.timeframes or not setups:
        raise BadInput(
            f"{scanner.type()} is not defined on {timeframe} bars", hint=f"it is on {', '.join(scanner.timeframes)}"
        )
    band = scanner.band()
    return tuple(replace(setup, when={**setup.when, **band}) for setup in setups) if band else tuple(setups)
