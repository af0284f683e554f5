"""ML: the setups of another scanner that a trained model gives a good chance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Annotated, Self

from pydantic import Field, PrivateAttr

from tapehawk.core.columns import close
from tapehawk.core.errors import NoData
from tapehawk.core.expr import Expr
from tapehawk.core.features import with_levels
from tapehawk.core.learned import LearnedScanner
from tapehawk.core.model import Model
from tapehawk.core.scanner import Scanner, Setup, liquid


class Ml(LearnedScanner):
    """Symbols whose calibrated probability of reaching the target before the stop exceeds a threshold.

    The setups are those of the scanner that the model was trained on, the score is the probability in percent. It
    abstains as its model does: as long as no model has shown out of sample that it knows more than the base rate,
    asking it is answered with the reason and not with an empty table.
    """

    scanner: Annotated[str, Field(max_length=64, description="whose setups the model was trained on")] = "breakout"
    min_probability: Annotated[float, Field(ge=0, le=1, description="calibrated probability above")] = 0.5
    min_price: Annotated[float, Field(ge=0, le=1e6, description="price as traded, besides the scanner's own")] = 0
    min_dollar_volume: Annotated[float, Field(ge=0, le=1e13, description="per day, besides the scanner's own")] = 0

    _model: Model | None = PrivateAttr(None)
    _base: Scanner | None = PrivateAttr(None)

    @property
    def base_type(self) -> str:
        """The scanner whose setups the model was trained on."""
        return self.scanner

    def given(self, model: Model, base: Scanner) -> Self:
        """Return the scanner with its model."""
        ready = self.model_copy()
        ready._model, ready._base = model, base  # noqa: SLF001 - its own copy
        return ready

    def universe(self) -> Mapping[str, Expr]:
        """Return what the model's scanner looks at, and the floors that are asked for besides."""
        floors = {f"price ≥ {self.min_price:g}": close >= self.min_price} if self.min_price else {}
        return {**(self._base.universe() if self._base else {}), **floors, **liquid(self.min_dollar_volume)}

    def setups(self) -> Iterator[Setup]:
        """Yield the scanner's setups with the model's condition last. Raises NoData where there is no answer."""
        if self._model is None or self._base is None:
            raise NoData(
                f"no trained model for the scanner {self.scanner!r}, so it abstains",
                hint=f"scanner ml train --scanner-type {self.scanner}, or scan with it directly",
            )
        for setup in with_levels(self._base.setups()):
            chance = self._model.probability(setup)
            yield replace(
                setup,
                when={**setup.when, **self._base.band(), "probability": chance > self.min_probability},
                score=chance * 100,
                show={**setup.show, "probability": chance},
                timeframes=setup.timeframes or self._base.timeframes,
            )
