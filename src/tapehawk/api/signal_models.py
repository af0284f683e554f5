"""A signal in requests and answers."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

Status: TypeAlias = Literal["active", "triggered", "expired", "cancelled", "closed"]
Outcome: TypeAlias = Literal["open", "success", "failure", "timed_out", "no_trade"]
Direction: TypeAlias = Literal["BUY", "SELL"]

EXAMPLE: Final[dict[str, Any]] = {
    "id": "5f0c5a5e-0c55-4a3c-9b4e-0f4f3f0f7d11",
    "symbol": "AAPL",
    "scanner": "breakout",
    "timeframe": "1d",
    "series": "sim/sip",
    "pattern": "resistance break",
    "direction": "BUY",
    "phase": "regular",
    "bar_time": "2026-03-02T14:30:00Z",
    "available_at": "2026-03-02T21:00:00Z",
    "data_version": "412",
    "setup_key": "breakout|resistance break|AAPL|sim/sip|1d|2026-03-02T14:30:00Z",
    "entry": 188.2,
    "stop": 184.9,
    "target1": 193.15,
    "target2": 198.1,
    "confidence": 71.5,
    "score": 64.0,
    "volume": 61234567,
    "atr": 3.1,
    "rvol": 1.8,
    "position_size": 303.0,
    "risk_amount": 999.9,
    "confluence_factors": [],
    "labels": [],
    "origin": "live",
    "status": "closed",
    "outcome": "success",
    "trigger_price": 188.4,
    "exit_price": 193.15,
    "r": 1.44,
    "hypothetical_pnl": 1439.9,
    "created_at": "2026-03-02T21:00:00Z",
    "updated_at": "2026-03-04T21:00:00Z",
}


class ShownSignal(BaseModel):
    """A signal: what was said, and what has become of it. R and P&L are hypothetical: at the prices of bars."""

    model_config = ConfigDict(json_schema_extra={"example": EXAMPLE})

    id: uuid.UUID
    symbol: str
    scanner: str
    timeframe: str
    series: str = Field(description="whose bars it was made of")
    pattern: str
    direction: Direction
    phase: str = Field(description="phase of the trading day of its bar; `closed` where it was found in that phase")
    bar_time: dt.datetime
    available_at: dt.datetime = Field(description="first instant at which it could be known")
    data_version: str
    setup_key: str = Field(description="what makes the setup the same one, for every user")
    entry: float | None
    stop: float | None
    target1: float | None
    target2: float | None
    confidence: float | None = Field(description="0 to 100")
    score: float | None = Field(description="0 to 100")
    volume: int | None
    atr: float | None
    rvol: float | None
    position_size: float | None = Field(description="for the risk of your account")
    risk_amount: float | None
    confluence_factors: Any
    labels: list[str]
    origin: Literal["live", "simulated"]
    status: Status
    outcome: Outcome
    trigger_price: float | None
    exit_price: float | None
    r: float | None = Field(description="R multiple at the exit, hypothetical")
    hypothetical_pnl: float | None = Field(description="R times the risk: without costs, at the prices of bars")
    created_at: dt.datetime
    updated_at: dt.datetime


class SignalStep(BaseModel):
    """A status that a signal came to."""

    at: dt.datetime
    status: Status
    outcome: Outcome
    price: float | None
    r: float | None
    mae: float | None = Field(description="worst of the trade in R")
    mfe: float | None = Field(description="best of the trade in R")
    bars_held: int | None
    reason: str


class SignalStory(ShownSignal):
    """A signal with what became of it, step by step."""

    history: list[SignalStep]


class SignalPage(BaseModel):
    """Signals, the latest bar's first."""

    model_config = ConfigDict(json_schema_extra={"example": {"items": [EXAMPLE], "next_cursor": None}})

    items: list[ShownSignal]
    next_cursor: str | None


class StatusChange(BaseModel):
    """Where a signal shall go: active → triggered, expired, cancelled; triggered → closed, cancelled."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"status": "cancelled"}})

    status: Status
