"""What the provider needs to be told."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from tapehawk.data.providers.alpaca.feeds import FEEDS, PLANS, Feed, PlanName

Market = Literal["us", "crypto"]


class AlpacaConfig(BaseModel):
    """Settings `providers.alpaca.…`; the keys come from the environment: ALPACA_API_KEY and ALPACA_SECRET_KEY."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    api_key: Annotated[SecretStr, Field(description="id of the key")] = SecretStr("")
    secret_key: Annotated[SecretStr, Field(description="secret that belongs to the key")] = SecretStr("")
    plan: Annotated[PlanName, Field(description="plan of the account: limits, feeds that may be heard live")] = "basic"
    market: Annotated[Market, Field(description="what is asked for")] = "us"
    feed: Annotated[
        str,
        Field(description="sip, iex, boats or otc; a venue of crypto; empty: the best that the plan may hear live"),
    ] = ""
    base_url: Annotated[str, Field(min_length=1, description="address of the data")] = "https://data.alpaca.markets"
    trading_url: Annotated[str, Field(min_length=1, description="address of the account that the keys belong to")] = (
        "https://paper-api.alpaca.markets"
    )
    stream_url: Annotated[str, Field(min_length=1, description="address of the stream's host")] = (
        "wss://stream.data.alpaca.markets"
    )

    @model_validator(mode="after")
    def _feed_of_the_market(self) -> Self:
        if self.feed_name not in FEEDS[self.market]:
            raise ValueError(f"feed {self.feed!r} is none of {', '.join(FEEDS[self.market])}")
        return self

    @property
    def feed_name(self) -> str:
        """The feed that is asked."""
        return self.feed or ("us" if self.market == "crypto" else PLANS[self.plan].feed)

    @property
    def carries(self) -> Feed:
        """What that feed carries."""
        return FEEDS[self.market][self.feed_name]
