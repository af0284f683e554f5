"""What the provider needs to be told."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from tapehawk.data.providers.polygon.plans import PlanName


class PolygonConfig(BaseModel):
    """Settings `providers.polygon.…`; the key comes from the environment as POLYGON_API_KEY."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    api_key: Annotated[SecretStr, Field(description="key of the account")] = SecretStr("")
    plan: Annotated[PlanName, Field(description="plan of the account: limits, history, streams")] = "basic"
    base_url: Annotated[str, Field(min_length=1, description="address of the REST service")] = "https://api.massive.com"
    stream_url: Annotated[str, Field(description="address of the stream; empty: the plan's own")] = ""
