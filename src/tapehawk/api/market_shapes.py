"""The shapes of market data: bars, quotes, values of expressions, providers, a market at a glance."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

MOST_BARS = 10_000
Symbol = Annotated[str, StringConstraints(min_length=1, max_length=32)]
Moment = Annotated[
    str | None,
    StringConstraints(max_length=40),
    Field(description="a session's date (2024-03-08) or an instant with its zone (2024-03-08T15:00:00Z)"),
]
Labels = Annotated[list[str], Field(description="what must be known of them: simulated, stale since …, a partial feed")]


class Bar(BaseModel):
    """A bar that has closed; prices on the basis that the answer names."""

    time: Annotated[str, Field(description="when it began; of a daily bar the session's open")]
    end: Annotated[str, Field(description="when it closed, and could be known")]
    session: Annotated[str, Field(description="date of the trading day")]
    open: float | None
    high: float | None
    low: float | None
    close: float | None
    volume: float | None


class Split(BaseModel):
    """A split of the symbol, whatever basis its prices are shown on."""

    ex_date: Annotated[str, Field(description="first session that trades at the new price")]
    ratio: Annotated[float, Field(description="new shares for an old one: 4 where one became four")]


class AboutBars(BaseModel):
    """Whose bars they are, on which basis, and what must be said of them."""

    symbol: str
    timeframe: str
    hours: Literal["regular", "extended"]
    adjust: Annotated[Literal["none", "split", "all"], Field(description="none: as traded on the bar's day")]
    adjusted_as_of: Annotated[str | None, Field(description="last session whose splits and dividends are in them")]
    series: str
    data_version: str
    labels: Labels
    notes: Annotated[list[str], Field(description="in a sentence: how far an open session reaches")]


class Bars(AboutBars):
    """The newest bars of the span, oldest first; `next_cursor` leads to the page before them."""

    bars: list[Bar]
    splits: Annotated[list[Split], Field(description="all up to the last session, oldest first")]
    next_cursor: str | None


class Missing(BaseModel):
    """A symbol without an answer, and why."""

    model_config = ConfigDict(extra="allow")

    symbol: str
    reason: str


class BarsBatch(BaseModel):
    """The bars of several symbols; one without any keeps no other."""

    items: list[Bars]
    missing: list[Missing]


class BarsRequest(BaseModel):
    """Bars of several symbols, at most `api.max_batch_size` of them."""

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
        json_schema_extra={"examples": [{"symbols": ["AAPL", "BTC/USDT"], "timeframe": "1d", "limit": 100}]},
    )

    symbols: Annotated[tuple[Symbol, ...], Field(fail_fast=True, min_length=1, max_length=1000)]
    timeframe: Annotated[str, Field(max_length=8)] = "1d"
    from_: Annotated[Moment, Field(alias="from")] = None
    to: Moment = None
    hours: Annotated[str, Field(max_length=16, description="regular or extended")] = "regular"
    adjust: Annotated[str, Field(max_length=16, description="none, split or all")] = "none"
    limit: Annotated[int, Field(ge=1, le=MOST_BARS, description="bars of each symbol, the newest")] = 500


class Quote(BaseModel):
    """A symbol's newest price and what it came from."""

    symbol: str
    last: float | None
    change_pct: Annotated[float | None, Field(description="since the close of the session before; coins: 24 hours")]
    volume: Annotated[float | None, Field(description="of the session so far; coins: 24 hours")]
    rvol: Annotated[float | None, Field(description="that by the mean of the 20 sessions before")]
    sparkline: Annotated[list[float], Field(description="the last 30 closes, oldest first")]
    time: Annotated[str, Field(description="when `last` was known")]
    age: Annotated[int, Field(description="seconds since then")]
    labels: Labels


class Quotes(BaseModel):
    """Quotes in the order asked for; a symbol without one is in `missing`."""

    items: list[Quote]
    missing: list[Missing]
    data_version: str
    next_cursor: None = None


class Values(BaseModel):
    """An expression's value on each bar, null while it warms up."""

    expr: str
    text: Annotated[str, Field(description="as it was read")]
    kind: Literal["number", "condition"]
    warmup: Annotated[int, Field(description="bars before the first value")]
    values: list[float | bool | None]


class Indicators(AboutBars):
    """Values of expressions on a page of bars."""

    times: list[str]
    ends: list[str]
    sessions: list[str]
    expressions: list[Values]
    next_cursor: str | None


class Provider(BaseModel):
    """How a provider fares, as whoever asked it last wrote it down; it holds no key."""

    provider: str
    state: Literal["good", "odd", "never asked"]
    detail: str
    advice: str
    running: Annotated[bool, Field(description="a feed was receiving a moment ago")]
    calls: int
    errors: dict[str, int]
    breaker: str | None
    credits_left: int | None
    last_success_at: str | None
    last_error_at: str | None
    last_data_at: str | None
    feed: dict[str, Any] | None


class Providers(BaseModel):
    """Every provider."""

    items: list[Provider]
    next_cursor: None = None


class Volume(BaseModel):
    """What was traded in the session."""

    total: float
    dollars: float
    advancing: float
    declining: float
    by_usual: Annotated[float | None, Field(description="by the mean of the 20 sessions before")]


class Mover(BaseModel):
    """A symbol of a list."""

    symbol: str
    last: float
    change_pct: float | None
    volume: float | None
    dollar_volume: float | None
    rvol: float | None


class Clock(BaseModel):
    """The trading day: its phase, and when that changes to what (null: it never does)."""

    phase: Literal["premarket", "regular", "after_hours", "closed", "continuous"]
    is_open: bool
    since: str
    until: str | None
    next_phase: str | None


class Freshness(BaseModel):
    """How new the data is; `watermark`: up to when a running feed has received everything."""

    series: str
    data_version: str
    stale_since: str | None
    watermark: str | None


class Overview(BaseModel):
    """A market at a glance, of its newest session."""

    market: Literal["us", "crypto"]
    session: str | None
    session_is_open: bool
    symbols: Annotated[int, Field(description="with a bar of that session; `late`: those without")]
    late: int
    advancers: int
    decliners: int
    unchanged: int
    new_highs: Annotated[int, Field(description="of 52 weeks, among the `with_a_year`")]
    new_lows: int
    with_a_year: int
    volume: Volume
    movers_floor: dict[str, float]
    top_gainers: list[Mover]
    top_losers: list[Mover]
    most_active: list[Mover]
    regime: Annotated[dict[str, Any], Field(description="as the deep analysis says it, of the benchmark `of`")]
    clock: Clock
    freshness: Freshness
    labels: Labels
