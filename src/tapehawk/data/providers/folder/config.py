"""Which folder, and what can't be told from its files."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class FolderConfig(BaseModel):
    """Settings `providers.folder.…`; the prices' adjustment must be told unless every file says it itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: Annotated[str, Field(description="the folder of CSV or Parquet files")] = ""
    adjustment: Annotated[
        Literal["", "none", "split", "all"],
        Field(description="none: as traded; split; all: dividends too; empty: the files say it"),
    ] = ""
    feed: Annotated[str, Field(min_length=1, description="name of the feed; feeds are never mixed")] = "unstated"
    market: Annotated[Literal["us", "crypto"], Field(description="whose bars the files hold")] = "us"
    time_zone: Annotated[str, Field(description="of intraday times that say none; empty: they all do")] = ""
