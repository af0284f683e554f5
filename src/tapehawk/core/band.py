"""Scanners of a price band: they show the few best rows a session, of names within a band of prices that trade enough.

The band, the floors and the cap are the settings `default`. They stand in place of the liquidity that other scanners
ask for; the funnel counts what they leave out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import Field, model_validator

from tapehawk.core.columns import close, raw, session
from tapehawk.core.expr import Expr, call
from tapehawk.core.price_band import check_band
from tapehawk.core.scanner import Scanner, liquid


class BandScanner(Scanner):
    """Base of the scanners that have a price band, a cap and a lowest score."""

    min_price: Annotated[float, Field(ge=0, le=1e6, description="price as traded, from")] = 50
    max_price: Annotated[float, Field(ge=0, le=1e6, description="price as traded, up to")] = 2000
    min_volume: Annotated[float, Field(ge=0, le=1e12, description="shares as traded, session so far")] = 10_000
    min_dollar_volume: Annotated[float, Field(ge=0, le=1e13, description="per day, mean of 20 bars")] = 0
    max_results_per_day: Annotated[int, Field(ge=1, le=100_000, description="rows a session, the best")] = 3
    min_probability_score: Annotated[float, Field(ge=0, le=100, description="lowest score shown")] = 10.0

    @model_validator(mode="after")
    def _is_a_band(self) -> Self:
        check_band(self.min_price, self.max_price)
        return self

    def universe(self) -> Mapping[str, Expr]:
        """Return the mean dollar volume, if one is asked for."""
        return liquid(self.min_dollar_volume)

    def band(self) -> Mapping[str, Expr]:
        """Return the price band and the volume floor, which hide rows of patterns that are there."""
        return {
            "min_price": close >= self.min_price,
            "max_price": close <= self.max_price,
            "min_volume": call("session_sum", raw.volume, session) >= self.min_volume,
        }

    def limit(self) -> tuple[int | None, float]:
        """Return the cap and the lowest score."""
        return self.max_results_per_day, self.min_probability_score
