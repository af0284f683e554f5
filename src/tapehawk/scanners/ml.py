"""ML: the setups of another scanner that a trained model gives a good chance."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from tapehawk.core.errors import NoData
from tapehawk.core.scanner import Scanner, Setup


class Ml(Scanner):
    """Symbols whose calibrated probability of reaching the target before the stop exceeds a threshold.

    It abstains as its model does: as long as no model has shown out of sample that it knows more than the base rate,
    asking it is answered with the reason and not with an empty table.
    """

    scanner: Annotated[str, Field(max_length=64, description="whose setups the model was trained on")] = "breakout"
    min_probability: Annotated[float, Field(ge=0, le=1, description="calibrated probability above")] = 0.5

    def setups(self) -> Iterator[Setup]:
        """Raise NoData: there is no trained model yet."""
        raise NoData(
            f"no trained model for the scanner {self.scanner!r}, so it abstains",
            hint=f"scan with it directly: --scanner-type {self.scanner}",
        )
