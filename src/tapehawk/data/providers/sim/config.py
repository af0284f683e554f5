"""What the simulated market is."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class SimConfig(BaseModel):
    """Settings `providers.sim.…`; another seed or size is another market."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: Annotated[int, Field(ge=0, le=2**31, description="of the market's chance")] = 7
    symbols: Annotated[int, Field(ge=1, le=50_000, description="US stocks listed at any one time")] = 500
