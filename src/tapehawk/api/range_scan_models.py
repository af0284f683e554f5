"""What is asked and answered about range scans."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from tapehawk.api.analytics import Ends
from tapehawk.app.range_scans import RangeAsked
from tapehawk.scan.floors import Floors

Status = Literal["queued", "running", "completed", "failed", "cancelled", "interrupted"]
Ticker = Annotated[str, Field(min_length=1, max_length=32, pattern=r"^[^\s\x00-\x1f]+$")]
Tickers = Annotated[list[Ticker], Field(fail_fast=True, max_length=20_000)]
EXAMPLE_ID = "scan_20260302_153000_5f3a9c1e"


class ScanFilters(BaseModel):
    """Which tickers are asked, and how much a bar must have traded for its hits to count (as traded that day)."""

    model_config = ConfigDict(extra="forbid")

    min_volume: Annotated[float, Field(ge=0, le=1e13, description="shares of the bar")] = 0
    min_dollar_volume: Annotated[float, Field(ge=0, le=1e15, description="close × volume of the bar")] = 0
    min_price: Annotated[float, Field(ge=0, le=1e7, description="lowest close")] = 0
    max_price: Annotated[float, Field(ge=0, le=1e7, description="highest close; 0: any")] = 0
    exclude_tickers: Tickers = []
    include_tickers: Annotated[Tickers, Field(description="only these; empty: all")] = []
    universe: Annotated[
        str | None, Field(max_length=64, description="a type or exchange of the stored symbols, or `crypto`")
    ] = None


class ScanRequest(BaseModel):
    """A range scan: every bar from one date to another."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "start_date": "2024-01-02",
                "end_date": "2024-12-31",
                "scanner_type": "lc",
                "filters": {"min_price": 5, "exclude_tickers": ["SPY"]},
            }
        },
    )

    start_date: dt.date
    end_date: dt.date
    scanner_type: Annotated[str, Field(min_length=1, max_length=64)] = "lc"
    filters: ScanFilters = ScanFilters()
    config: Annotated[
        dict[str, Any], Field(max_length=100, description="parameters of the scanner, see /api/v1/scanner/scanners")
    ] = {}

    def asked(self) -> RangeAsked:
        """Return what is asked, in the house's words."""
        said = self.filters
        return RangeAsked(
            self.scanner_type,
            self.start_date,
            self.end_date,
            Floors(said.min_volume, said.min_dollar_volume, said.min_price, said.max_price),
            include=tuple(said.include_tickers),
            exclude=tuple(said.exclude_tickers),
            universe=said.universe,
            config=self.config,
        )


class ScanQueued(BaseModel):
    """A scan that was taken on."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "success": True,
                "scan_id": EXAMPLE_ID,
                "message": "waits for its turn",
                "status": "queued",
            }
        }
    )

    success: bool
    scan_id: str
    message: str
    status: Literal["queued", "running"]


class ScanProgress(BaseModel):
    """How far a scan is."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "scan_id": EXAMPLE_ID,
                "status": "running",
                "progress_percent": 41.5,
                "message": "5 of 12 parts",
                "current_ticker": "MSFT",
                "total_tickers": 6700,
                "processed_tickers": 2790,
                "start_date": "2024-01-02",
                "end_date": "2024-12-31",
                "created_at": "2026-03-02T15:30:00Z",
                "started_at": "2026-03-02T15:30:01Z",
                "execution_time": 1.2,
                "results_found": 57,
            }
        }
    )

    scan_id: str
    status: Status
    progress_percent: Annotated[float, Field(ge=0, le=100)]
    message: str
    current_ticker: str | None
    total_tickers: int
    processed_tickers: int
    start_date: dt.date
    end_date: dt.date
    created_at: dt.datetime
    started_at: dt.datetime | None
    execution_time: Annotated[float | None, Field(description="seconds")]
    results_found: Annotated[int, Field(description="rows")]


class ListedScan(ScanProgress):
    """A scan in a list."""

    scanner_type: str


class ScanPage(BaseModel):
    """Scans, newest first."""

    items: list[ListedScan]
    next_cursor: str | None


class CameTo(BaseModel):
    """What the hits of a pattern came to, each followed from the bar after it; R at the prices of bars, no costs."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "pattern": "up",
                "signals": 252,
                "open": 2,
                "expired": 1,
                "cancelled": 3,
                "n": 246,
                "successes": 128,
                "failures": 101,
                "timed_out": 17,
                "hit_rate": 52.0,
                "interval": {"low": 45.8, "high": 58.2},
                "clustered": {"low": 44.9, "high": 59.3},
                "dates": 171,
                "mean_r": 0.13,
            }
        }
    )

    pattern: Annotated[str | None, Field(description="null: all of them together")]
    signals: Annotated[int, Field(description="hits with a side and a stop, one in a cooldown")]
    open: Annotated[int, Field(description="the stored bars do not reach their end")]
    expired: int
    cancelled: int
    n: Annotated[int, Field(description="those that were traded to an end: what `hit_rate` is of")]
    successes: int
    failures: int
    timed_out: int
    hit_rate: Annotated[
        float | None, Field(description="0 to 100: the share of n that reached target1 before the stop")
    ]
    interval: Annotated[Ends | None, Field(description="Wilson's, of independent trials")]
    clustered: Annotated[Ends | None, Field(description="whole dates drawn anew: signals of a day share its market")]
    dates: int
    mean_r: Annotated[float | None, Field(description="hypothetical R multiple of those n")]


class ScanOutcomes(BaseModel):
    """What the hits of a scan came to."""

    items: Annotated[list[CameTo], Field(description="by pattern")]
    total: CameTo
    notes: Annotated[list[str], Field(examples=[["R and P&L are hypothetical: at the prices of bars, without costs"]])]


class ScanResults(BaseModel):
    """A scan's rows; of one that has not ended, or ended early, those of the parts that were computed."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "example": {
                "success": True,
                "scan_id": EXAMPLE_ID,
                "status": "completed",
                "scanner_type": "lc",
                "data_version": "bars_1d@3+actions@1",
                "results": [{"ticker": "NVDA", "date": "2024-03-07", "lc_frontside_d2_extended": 1, "gap_pct": 0.02}],
                "total_found": 1,
                "execution_time": 1.8,
                "message": "1 rows",
                "age": 12,
            }
        },
    )

    success: bool
    scan_id: str
    status: Status
    scanner_type: str
    data_version: Annotated[str | None, Field(description="what the rows can be recomputed from")]
    asked: Annotated[ScanRequest, Field(description="sent again, the same is asked again")]
    outcomes: Annotated[ScanOutcomes | None, Field(description="what the hits came to; once it is whole")] = None
    results: Annotated[
        list[dict[str, Any]],
        Field(description="one a (ticker, date) with a flag for each pattern for `lc`, else one a hit; by date"),
    ]
    total_found: int
    execution_time: float | None
    message: str
    funnel: Annotated[list[dict[str, Any]], Field(description="what each condition left; once it is whole")] = []
    age: Annotated[int | None, Field(description="seconds since the rows were computed; null until they are")]


class ScanDeleted(BaseModel):
    """A scan that was cancelled, or removed where it had ended."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"success": True, "scan_id": EXAMPLE_ID, "message": "cancelled"}}
    )

    success: bool
    scan_id: str
    message: Literal["cancelled", "deleted"]


class Universe(BaseModel):
    """What the store holds to be scanned."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "total": 6700,
                "by_type": {"common": 5900, "etf": 800},
                "by_exchange": {"nasdaq": 3900, "nyse": 2800},
                "first_date": "2016-01-04",
                "last_date": "2026-02-27",
                "last_sync": "2026-02-27T21:25:00Z",
            }
        }
    )

    total: Annotated[int, Field(description="symbols with daily bars, of every market")]
    by_type: dict[str, int]
    by_exchange: dict[str, int]
    first_date: dt.date | None
    last_date: dt.date | None
    last_sync: Annotated[dt.datetime | None, Field(description="last answer of a provider; null: none was asked")]
