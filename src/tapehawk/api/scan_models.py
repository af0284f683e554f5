"""What is asked of a scanner and what it answers, as JSON."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints

from tapehawk.app.asking import Asked
from tapehawk.core.errors import BadInput
from tapehawk.core.formula.spelling import MAX_LENGTH

Timeframe: TypeAlias = Literal["1m", "5m", "15m", "30m", "1h", "4h", "1d", "1w"]
Hours: TypeAlias = Literal["regular", "extended"]
Name: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Symbol: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=32)]
Cutoff: TypeAlias = Annotated[str, StringConstraints(max_length=5)]
FormulaText: TypeAlias = Annotated[str, StringConstraints(max_length=MAX_LENGTH)]
Parameters: TypeAlias = Annotated[
    dict[Annotated[str, StringConstraints(max_length=64)], JsonValue],
    Field(max_length=64, description="parameters of the scanner by name, as values or as texts"),
]
FORMULA: Final = "formula"
MOST_SYMBOLS: Final = 20_000


class ScanQuestion(BaseModel):
    """One question to one scanner; what is left out is by default."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"scanner_type": "breakout", "config": {"min_price": 5}}]},
    )

    scanner_type: Annotated[Name, Field(description="the scanner; `GET /api/v1/scanner/scanners` lists them")]
    scan_date: Annotated[dt.date | None, Field(description="session; default: the last complete one stored")] = None
    cutoff_time: Annotated[Cutoff | None, Field(description="intraday: bars closed by then, as 09:50")] = None
    timeframe: Timeframe = "1d"
    hours: Hours = "regular"
    symbols: Annotated[
        list[Symbol] | None, Field(fail_fast=True, max_length=MOST_SYMBOLS, description="only these")
    ] = None
    universe: Annotated[Name | None, Field(description="a type or exchange of the stored symbols, or `crypto`")] = None
    config: Parameters | None = None
    formula: Annotated[FormulaText | None, Field(description="of the scanner `formula`: the condition")] = None
    strict: Annotated[bool, Field(description="refuse stale or quarantined bars")] = False

    def asked(self) -> Asked:
        """Return the question. Raises BadInput for a formula given to another scanner, or two of them."""
        return Asked(
            scanners=[self.scanner_type],
            date=self.scan_date,
            cutoff=self.cutoff_time,
            timeframe=self.timeframe,
            hours=self.hours,
            symbols=self.symbols or (),
            universe=self.universe,
            parameters=self._parameters(),
            strict=self.strict,
            given_by="config",
        )

    def _parameters(self) -> dict[str, Any]:
        given = dict(self.config or {})
        if self.formula is None:
            return given
        if self.scanner_type != FORMULA:
            raise BadInput(f"a formula for the scanner {self.scanner_type}", hint="scanner_type: formula takes one")
        if FORMULA in given:
            raise BadInput("two formulas: `formula`, and one in `config`", hint="give one of them")
        return given | {FORMULA: self.formula}


class ScanRow(BaseModel):
    """A hit, sized for the caller's account; a scanner adds columns of its own. Prices as traded on the bar's day."""

    model_config = ConfigDict(extra="allow")

    symbol: str
    bar_time: Annotated[dt.datetime, Field(description="start of the bar")]
    available_at: Annotated[dt.datetime, Field(description="first instant at which the hit could be known")]
    scanner: str
    pattern: str
    direction: Literal["BUY", "SELL", "NONE"]
    entry: float | None
    stop: float | None
    target1: float | None
    target2: float | None
    confidence: Annotated[float | None, Field(description="0–100")]
    score: Annotated[float | None, Field(description="0–100; rows stand in its order")]
    volume: float | None
    atr: float | None
    rvol: float | None
    position_size: float | None
    size_reason: Annotated[str | None, Field(description="why the size is 0, where it is")]
    risk_amount: float | None
    phase: str
    confluence_factors: list[str]
    labels: list[str]


class FunnelStep(BaseModel):
    """A step: how many passed it, how many of the rest because something was unknown."""

    name: str
    passed: int
    unknown: int
    unit: str
    reasons: Annotated[dict[str, int] | None, Field(description="why the others have no bar then")] = None


class PatternFunnel(BaseModel):
    """A pattern's population after each step."""

    pattern: str
    direction: str
    unit: str
    steps: list[FunnelStep]


class ScanAnswer(BaseModel):
    """A scan: its rows, and what became of everybody else."""

    model_config = ConfigDict(extra="allow")

    scan_id: Annotated[str, Field(description="good for its owner, as long as it is kept in memory")]
    scanner_type: str
    as_of: dt.date
    series: Annotated[str, Field(description="whose bars answered")]
    data_version: str
    labels: list[str]
    notes: Annotated[list[str], Field(description="what a reader must be told, a sentence each")]
    results: list[ScanRow]
    funnel: list[PatternFunnel]
    elapsed_ms: float


class ComparisonAnswer(BaseModel):
    """One comparison within a condition: `value` stands left of the `operator`, `threshold` right."""

    text: str
    state: Literal["true", "false", "unknown"]
    value: float | None = None
    operator: str | None = None
    threshold: float | None = None
    reason: str | None = None


class ConditionAnswer(BaseModel):
    """A named condition."""

    name: str
    text: str
    state: Literal["true", "false", "unknown"]
    parts: list[ComparisonAnswer]
    reason: str | None = None


class PatternAnswer(BaseModel):
    """A pattern's conditions in order; `row`: the hit as a scan shows it."""

    pattern: str
    direction: str
    hit: bool
    first_not_true: str | None
    conditions: list[ConditionAnswer]
    row: dict[str, Any] | None


class ExplanationAnswer(BaseModel):
    """Every pattern of a scanner on one bar of a symbol."""

    symbol: str
    scanner_type: str
    as_of: dt.date
    series: str
    data_version: str
    labels: list[str]
    bars: Annotated[int, Field(description="stored up to and with this one")]
    patterns: list[PatternAnswer]
    notes: list[str] = []


class FallAnswer(BaseModel):
    """A symbol that fell, in the words of the condition."""

    symbol: str
    state: Literal["false", "unknown"]
    says: str
    distance_pct: Annotated[float | None, Field(description="to the threshold, in percent of it")]
    parts: list[ComparisonAnswer]


class FallenPage(BaseModel):
    """Who fell at a step, the nearest misses first."""

    pattern: str
    direction: str
    step: str
    number: Annotated[int, Field(description="place of the step in the funnel, from 0")]
    passed: int
    unknown: int
    items: list[FallAnswer]
    next_cursor: str | None


class PatternName(BaseModel):
    """A pattern that a scanner looks for."""

    name: str
    direction: str


class ScannerDescription(BaseModel):
    """A scanner; `parameters` is a JSON Schema with defaults and bounds."""

    name: str
    title: str
    description: str
    timeframes: list[str]
    patterns: Annotated[list[PatternName], Field(description="empty where they depend on what is asked")]
    parameters: dict[str, Any]


class ScannerList(BaseModel):
    """Every scanner."""

    items: list[ScannerDescription]
    next_cursor: str | None = None
