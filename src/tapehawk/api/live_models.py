"""What a live scanner is asked, and how it fares, as JSON."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from tapehawk.api.texts import Symbol, Word
from tapehawk.app.beats import SILENT_BARS
from tapehawk.app.live_asked import LiveAsked

State: TypeAlias = Literal["running", "starting", "stopped", "no_provider", "failed"]
Config: TypeAlias = Annotated[
    dict[Word, Annotated[dict[Word, JsonValue], Field(max_length=64)]],
    Field(max_length=64, description="parameters by scanner, before those of the settings"),
]
MOST_SYMBOLS = 20_000


class LiveQuestion(BaseModel):
    """What is scanned as bars close; what is left out is by default."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"symbols": ["AAPL"], "watchlist": True, "config": {"volume_spike": {"min_price": 5}}}]
        },
    )

    symbols: Annotated[
        list[Symbol] | None,
        Field(fail_fast=True, max_length=MOST_SYMBOLS, description="only these; default: all, or the watchlist"),
    ] = None
    watchlist: Annotated[bool, Field(description="those of your watchlist, whatever it is at the time")] = False
    scanners: Annotated[
        list[Word],
        Field(
            fail_fast=True, max_length=64, description="on all day; default: whom the settings switch on in each phase"
        ),
    ] = []
    config: Config = {}

    def asked(self) -> LiveAsked:
        """Return the question."""
        symbols = None if self.symbols is None else tuple(self.symbols)
        return LiveAsked(symbols, self.watchlist, tuple(self.scanners), self.config)


class ConfigChange(BaseModel):
    """Other parameters for a live scanner that runs, in place of those before."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"config": {"volume_spike": {"min_price": 5}}}]}
    )

    config: Config


class EffectiveConfig(BaseModel):
    """What a live scanner scans with."""

    model_config = ConfigDict(
        from_attributes=True,
        json_schema_extra={
            "example": {"parameter_set": "usual", "shared": True, "config": {"volume_spike": {"volume_ratio": 2.0}}}
        },
    )

    parameter_set: Annotated[str, Field(description="the same for the same parameters; who has it shares one scan")]
    shared: Annotated[bool, Field(description="it is the settings' own")]
    config: Annotated[dict[str, dict[str, Any]], Field(description="every parameter of its scanners")]


_COUNTS: Final[dict[str, Any]] = {
    "scans": 72, "signals": 31, "withdrawn": 2, "errors": 0, "latency_p50_ms": 41.5, "latency_p95_ms": 88.0,
    "hit_rate": 0.54, "outcomes": 13,
}  # fmt: skip
_MARKET: Final[dict[str, Any]] = {
    "market": "us", "state": "running", "provider": "sim", "series": "us:sim:sim:none:consolidated:simulated",
    "labels": ["simulated"], "session_phase": "regular", "phase_until": "2026-11-20T21:00:00Z",
    "next_scan": "2026-11-20T15:43:00Z", "watermark": "2026-11-20T15:42:00Z",
    "scanned_through": "2026-11-20T15:42:00Z", "symbols": 9840, "expected": 9840, "arrived": 9812,
}  # fmt: skip


class PhaseCounts(BaseModel):
    """What scanning came to in a phase of the trading day, since it began; null where nothing is known."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"example": _COUNTS})

    scans: int
    signals: Annotated[int, Field(description="that began; a hit that goes on, or comes while it cools down, is none")]
    withdrawn: Annotated[int, Field(description="events and triggers that turned out wrong")]
    errors: int
    latency_p50_ms: float | None
    latency_p95_ms: float | None
    hit_rate: Annotated[float | None, Field(description="0–1, of signals that were traded and came to an end")]
    outcomes: Annotated[int, Field(description="how many those are")]


class SecondStatus(BaseModel):
    """How the second source of a market fares, whose bars are scanned while those of the first do not come."""

    provider: str
    state: Annotated[
        Literal["standing_by", "starting", "running", "failed", "no_provider"],
        Field(description="`standing_by`: the bars of the first come"),
    ]
    reason: str = ""
    series: Annotated[str | None, Field(description="its own, never merged with the first one's")] = None
    watermark: dt.datetime | None = None
    scanned_through: dt.datetime | None = None
    stale_since: dt.datetime | None = None
    trouble: str = ""


class MarketStatus(BaseModel):
    """How the scan of one market fares."""

    model_config = ConfigDict(json_schema_extra={"example": _MARKET})

    market: str
    state: State
    reason: Annotated[str, Field(description="why it does not run, and what to do")] = ""
    provider: str = ""
    series: str | None = None
    labels: Annotated[list[str], Field(description="what must be said of its bars: simulated, delayed")] = []
    session_phase: str
    phase_until: Annotated[dt.datetime | None, Field(description="null: it never changes")] = None
    next_scan: Annotated[dt.datetime, Field(description="when the bars that have closed are looked at next")]
    watermark: Annotated[dt.datetime | None, Field(description="bars are whole up to here")] = None
    scanned_through: Annotated[dt.datetime | None, Field(description="and scanned up to here")] = None
    symbols: int | None = None
    expected: Annotated[int | None, Field(description="symbols of which a bar of the last minute is expected")] = None
    arrived: Annotated[int | None, Field(description="of them, those it came of")] = None
    missing: Annotated[list[str], Field(description="that were not waited for any longer, the first hundred")] = []
    silent: Annotated[
        dict[str, dt.datetime | None],
        Field(description=f"without one of the last {SILENT_BARS} bars, and their last one; the first hundred"),
    ] = {}
    silent_count: Annotated[int, Field(description="how many those are")] = 0
    stale_since: dt.datetime | None = None
    trouble: Annotated[str, Field(description="what of the feed is not well")] = ""
    scanners: list[str] = []
    counters: Annotated[dict[str, int], Field(description="bars by what became of them")] = {}
    metrics: Annotated[dict[str, PhaseCounts], Field(description="by phase")] = {}
    second: Annotated[SecondStatus | None, Field(description="null where the settings name no second source")] = None


class LiveStatus(MarketStatus):
    """How the caller's live scanner fares: its first market, and all of them one by one."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "state": "running",
                "market": "us",
                "provider": "sim",
                "labels": ["simulated"],
                "session_phase": "regular",
                "phase_until": "2026-03-02T21:00:00Z",
                "next_scan": "2026-03-02T15:31:00Z",
                "watermark": "2026-03-02T15:30:00Z",
                "scanned_through": "2026-03-02T15:30:00Z",
                "expected": 500,
                "arrived": 497,
                "parameter_set": "usual",
                "age_seconds": 0.4,
            }
        }
    )

    asked: Annotated[dict[str, Any] | None, Field(description="as it was started")] = None
    parameter_set: str | None = None
    started_at: Annotated[dt.datetime | None, Field(description="signals known from then on are yours")] = None
    markets: list[MarketStatus] = []
    as_of: Annotated[dt.datetime | None, Field(description="when the process that scans said so")] = None
    age_seconds: Annotated[float | None, Field(description="how long ago that was")] = None
    worker: str | None = None
    waits: Annotated[str, Field(description="why signals that were found are not yours yet")] = ""
