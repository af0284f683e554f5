"""The shapes of `/api/scanner`, whose names are camelCase by contract."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from tapehawk.api.market_shapes import Missing, Symbol


class QuickScanRequest(BaseModel):
    """What to scan; nothing said: every stock that is stored, on its daily bars."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"symbols": ["AAPL", "NVDA", "BTC/USDT"], "timeframe": "1h"}]}
    )

    symbols: Annotated[
        tuple[Symbol, ...],
        Field(fail_fast=True, max_length=20_000, description="coins have a slash; none: every stock stored"),
    ] = ()
    timeframe: Annotated[
        str | None, Field(max_length=8, description="1m … 1w; default 1d for stocks, 1h for crypto")
    ] = None
    universe: Annotated[
        str | None, Field(min_length=1, max_length=64, description="a type or exchange (`etf`, `nasdaq`), or `crypto`")
    ] = None


class QuickSignal(BaseModel):
    """A symbol at its last closed bar; `labels` say what must be known of it (simulated, stale since …)."""

    symbol: str
    exchange: str | None
    price: float
    change24h: Annotated[float | None, Field(description="percent")]
    signal: Literal["BUY", "SELL", "HOLD"]
    strength: Annotated[float, Field(description="0–100")]
    rsi: float | None
    macd: Literal["bullish", "bearish"] | None
    status: Literal["quick_scan", "analyzing", "complete"]
    timestamp: Annotated[str, Field(description="when the bar closed")]
    grade: Literal["weak", "usual", "strong"] | None
    ema: Annotated[Literal["above", "below"] | None, Field(description="of the price, to its slow average")]
    labels: list[str]


class QuickScanAnswer(BaseModel):
    """The rows, strongest first; their deep analysis goes on in the background."""

    success: bool
    scanId: str  # noqa: N815 - by contract
    signals: list[QuickSignal]
    count: int
    missing: list[Missing]
    message: str
    asOf: Annotated[str, Field(description="when the newest bar that was judged closed")]  # noqa: N815 - by contract
    elapsedMs: float  # noqa: N815 - by contract
    dataVersion: str  # noqa: N815 - by contract


class ScanMade(BaseModel):
    """A scan that was made."""

    scanId: str  # noqa: N815 - by contract
    timestamp: str
    symbolCount: int  # noqa: N815 - by contract


class Standing(BaseModel):
    """How things stand."""

    isScanning: bool  # noqa: N815 - by contract
    currentScanId: str | None  # noqa: N815 - by contract
    signalsCount: int  # noqa: N815 - by contract
    backgroundQueueLength: int  # noqa: N815 - by contract
    analysesLost: int  # noqa: N815 - by contract
    symbolsTurnedAway: int  # noqa: N815 - by contract


class ResultsStanding(Standing):
    """How things stand, with the scan that the rows are of."""

    lastScan: ScanMade | None  # noqa: N815 - by contract


class ScanStanding(Standing):
    """How things stand, with whether and how periodic scans go."""

    periodicScanningEnabled: bool  # noqa: N815 - by contract
    lastError: str | None  # noqa: N815 - by contract


class QuickResults(BaseModel):
    """The rows of the last scan: the caller's own or a periodic one, whichever is newer."""

    success: bool
    signals: list[QuickSignal]
    count: int
    status: ResultsStanding


class QuickStatus(BaseModel):
    """How scanning stands, and the last scans, newest first."""

    success: bool
    status: ScanStanding
    history: list[ScanMade]


class DeepAnalysis(BaseModel):
    """What is known of a symbol deeply, part by part; a part that says nothing is `{available: false, reason}`."""

    model_config = ConfigDict(extra="allow")

    opportunity_score: float | dict[str, Any] | None = None
    market_regime: dict[str, Any] | None = None
    sl_tp: dict[str, Any] | None = None
    confluence: dict[str, Any] | None = None
    ml_prediction: dict[str, Any] | None = None


class QuickSymbol(BaseModel):
    """One symbol's row, and its deep analysis as far as it is there."""

    success: bool
    symbol: str
    signal: QuickSignal
    deepAnalysis: DeepAnalysis  # noqa: N815 - by contract
