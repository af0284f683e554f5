"""Rules: what of the news a user wants to be told, and through which channels."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from tapehawk.notify.news import News
from tapehawk.notify.wording import seen

Symbol: TypeAlias = Annotated[str, Field(min_length=1, max_length=32), AfterValidator(seen)]
Name: TypeAlias = Annotated[str, Field(min_length=1, max_length=64), AfterValidator(seen)]
Status: TypeAlias = Literal["active", "triggered", "expired", "cancelled", "closed"]
Phase: TypeAlias = Literal["premarket", "regular", "after_hours", "closed", "continuous"]
_MOST = 1000


class Conditions(BaseModel):
    """What a signal must be to be told of; all that are given must hold, an empty list asks nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    scanners: Annotated[
        tuple[Name, ...], Field(fail_fast=True, max_length=_MOST, description="any of these found it")
    ] = ()
    symbols: Annotated[
        tuple[Symbol, ...], Field(fail_fast=True, max_length=_MOST, description="it is of any of these")
    ] = ()
    watchlist: Annotated[bool, Field(description="it is of a symbol on your watchlist")] = False
    min_confidence: Annotated[float | None, Field(ge=0, le=100, description="lowest confidence")] = None
    direction: Annotated[Literal["BUY", "SELL"] | None, Field(description="its side")] = None
    phases: Annotated[
        tuple[Phase, ...], Field(fail_fast=True, max_length=5, description="phases of the trading day")
    ] = ()
    statuses: Annotated[tuple[Status, ...], Field(fail_fast=True, max_length=5, description="what it has come to")] = (
        "active",
    )

    def hold(self, news: News, watched: Collection[str]) -> bool:
        """Say whether news are wanted. `watched`: the user's watchlist."""
        row = news.data
        return (
            _among(row["scanner"], self.scanners)
            and _among(row["symbol"], self.symbols)
            and (not self.watchlist or row["symbol"] in watched)
            and (self.min_confidence is None or (row["confidence"] or 0.0) >= self.min_confidence)
            and self.direction in (None, row["direction"])
            and _among(row["phase"], self.phases)
            and _among(news.status, self.statuses)
        )


@dataclass(frozen=True)
class Rule:
    """A rule of a user. `cooldown`: after it has told of a symbol it says nothing of that one for so long."""

    id: uuid.UUID
    conditions: Conditions
    channels: frozenset[str]
    cooldown: dt.timedelta = dt.timedelta()


def _among(value: str, wanted: Collection[str]) -> bool:
    return not wanted or value in wanted
