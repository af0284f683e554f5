"""What the provider needs to be told."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from tapehawk.data.providers.twelvedata.plans import PlanName


class TwelveDataConfig(BaseModel):
    """Settings `providers.twelvedata.…`; the key comes from the environment as TWELVEDATA_API_KEY."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    api_key: Annotated[SecretStr, Field(description="key of the account")] = SecretStr("")
    plan: Annotated[PlanName, Field(description="plan of the account: credits, stream, corporate actions")] = "basic"
    base_url: Annotated[str, Field(min_length=1, description="address of the REST service")] = (
        "https://api.twelvedata.com"
    )
    stream_url: Annotated[str, Field(min_length=1, description="address of the stream")] = (
        "wss://ws.twelvedata.com/v1/quotes/price"
    )
