"""Formula: a scan written as text."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import shorten
from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator

from tapehawk.core.columns import close
from tapehawk.core.errors import BadInput
from tapehawk.core.expr import NUMBER, Expr
from tapehawk.core.formula import parse, parse_condition
from tapehawk.core.indicators import atr
from tapehawk.core.scanner import BUY, SELL, Scanner, Setup


class Formula(Scanner):
    """Whatever a formula says: `close > highest(high, 20)[1] and rvol(20) > 2`.

    A hit is a BUY; `sell` is a second formula whose hits are sells. The stop is 1.5 ATR from the close unless a formula
    of a price is given. Each part that `and` joins is a condition of the funnel.
    """

    formula: Annotated[str, Field(description="condition of a BUY")] = "close > highest(high, 20)[1] and rvol(20) > 2"
    sell: Annotated[str, Field(description="condition of a SELL; empty: none")] = ""
    stop: Annotated[str, Field(description="price of a BUY's stop; empty: close - 1.5 * atr(14)")] = ""
    sell_stop: Annotated[str, Field(description="of a SELL's; empty: close + 1.5 * atr(14)")] = ""

    @field_validator("formula", "sell")
    @classmethod
    def _is_condition(cls, text: str) -> str:
        if text:
            parse_condition(text)
        return text

    @field_validator("stop", "sell_stop")
    @classmethod
    def _is_price(cls, text: str) -> str:
        if text and ((x := parse(text)).kind != NUMBER or x.power != 1):
            raise BadInput(
                f"{shorten(text, 100)!r} is no price", hint="write one, as in lowest(low, 5) or close - 2 * atr(14)"
            )
        return text

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.sell:
            parse_condition(self.formula)
        return self

    def setups(self) -> Iterator[Setup]:
        """Yield the formula as a BUY and, if there is one, the other as a SELL."""
        if self.formula:
            stop = parse(self.stop) if self.stop else close - 1.5 * atr(14)
            yield Setup("formula", BUY, _parts(parse_condition(self.formula)), stop=stop)
        if self.sell:
            stop = parse(self.sell_stop) if self.sell_stop else close + 1.5 * atr(14)
            yield Setup("sell_formula", SELL, _parts(parse_condition(self.sell)), stop=stop)


def _parts(condition: Expr) -> dict[str, Expr]:
    """Return the conditions that `and` joins, named as they are written."""
    if condition.op == "and":
        return _parts(condition.args[0]) | _parts(condition.args[1])
    return {str(condition): condition}
