"""What the provider needs to be told."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class CcxtConfig(BaseModel):
    """Settings `providers.ccxt.…`; candles are public, so there is no key among them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    exchange: Annotated[str, Field(pattern="^[a-z0-9]+$", description="exchange by its name in ccxt")] = "binance"
    base_url: Annotated[
        str,
        Field(pattern="^(https?://.+)?$", description="address asked in place of the exchange's own; empty: its own"),
    ] = ""
    stream_url: Annotated[
        str, Field(pattern="^(wss?://.+)?$", description="address of the stream in place of the exchange's own")
    ] = ""
