"""`/api/v1/market-data`: bars, quotes, any expression over a symbol's bars, providers."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from tapehawk.api.answers import json_answer, json_bytes, tagged
from tapehawk.api.dependencies import CurrentUser, HouseDep
from tapehawk.api.etags import unless_known
from tapehawk.api.market_shapes import (
    MOST_BARS,
    Bars,
    BarsBatch,
    BarsRequest,
    Indicators,
    Moment,
    Providers,
    Quotes,
)
from tapehawk.api.problems import Problem
from tapehawk.app.market_data import BarsWanted
from tapehawk.app.provider_health import provider_health
from tapehawk.core.errors import BadInput, OutOfBounds
from tapehawk.scan.bar_span import Span, moment_of
from tapehawk.scan.symbol_bars import Page

router = APIRouter(prefix="/api/v1/market-data", tags=["market data"])
MOST_EXPRESSIONS: Final = 10
_NOTHING: Final[dict[int | str, dict[str, Any]]] = {
    404: {"model": Problem, "description": "No such symbol, or nothing stored answers"}
}
OfSymbol = Annotated[str, Path(min_length=1, max_length=32, description="may hold a slash: BTC/USDT")]


async def bars_wanted(
    timeframe: Annotated[str, Query(max_length=8, description="1m 5m 15m 30m 1h 4h 1d 1w")] = "1d",
    from_: Annotated[Moment, Query(alias="from")] = None,
    to: Annotated[Moment, Query()] = None,
    hours: Annotated[str, Query(max_length=16, description="regular or extended")] = "regular",
    adjust: Annotated[str, Query(max_length=16, description="none: as traded; split; all: dividends too")] = "none",
    limit: Annotated[int, Query(ge=1, le=MOST_BARS, description="bars of a page, the newest")] = 1000,
    cursor: Annotated[str | None, Query(max_length=40, description="`next_cursor` of the page after")] = None,
) -> BarsWanted:
    """Return which bars a query asks for. Raises BadInput."""
    return BarsWanted(timeframe, hours, adjust, Page(_span(from_, to), limit, cursor))


Wanted = Annotated[BarsWanted, Depends(bars_wanted)]


@router.get("/bars/{symbol:path}", response_model=Bars, responses=_NOTHING)
def bars(symbol: OfSymbol, wanted: Wanted, request: Request, house: HouseDep, _user: CurrentUser) -> Response:
    """Return a symbol's bars that have closed, the newest of the span, oldest first.

    The bars of a session that is still open stand behind the stored ones.
    """
    return tagged(request, json_bytes(house.market_data.bars(symbol, wanted)))


@router.post("/bars", response_model=BarsBatch)
def batch(asked: BarsRequest, house: HouseDep, _user: CurrentUser) -> Response:
    """Return the bars of several symbols; one without any is said and keeps no other."""
    most = house.known.api.max_batch_size
    if len(asked.symbols) > most:
        raise OutOfBounds(f"{len(asked.symbols):,} symbols at once", hint=f"{most} at most (api.max_batch_size)")
    wanted = BarsWanted(asked.timeframe, asked.hours, asked.adjust, Page(_span(asked.from_, asked.to), asked.limit))
    return json_answer(house.market_data.batch(asked.symbols, wanted))


@router.get("/quotes", response_model=Quotes, responses=_NOTHING)
def quotes(
    request: Request,
    house: HouseDep,
    _user: CurrentUser,
    symbols: Annotated[
        str, Query(max_length=7_000, description="with commas between, of either market; none: all of `market`")
    ] = "",
    market: Annotated[str, Query(max_length=16, description="us or crypto")] = "us",
) -> Response:
    """Return the newest price of each symbol, what it changed by, and its last closes as a line.

    Answered with an ETag, which leaves `age` out: that is counted from `time`.
    """
    named = [name.strip() for name in symbols.split(",") if name.strip()]
    if symbols and not named:
        raise BadInput(f"{symbols!r} names nothing", hint="write AAPL,MSFT or leave it out")

    def made() -> bytes:
        return json_bytes({**house.standing.quotes(named, market), "next_cursor": None})

    return unless_known(request, house.standing.state(named, market), made)


@router.get("/indicators/{symbol:path}", response_model=Indicators, responses=_NOTHING)
def indicators(
    symbol: OfSymbol,
    wanted: Wanted,
    request: Request,
    house: HouseDep,
    _user: CurrentUser,
    expr: Annotated[
        list[Annotated[str, Query(min_length=1, max_length=2000)]],
        Query(min_length=1, max_length=MOST_EXPRESSIONS, description="formulas: rsi(14), close > sma(close, 50)"),
    ],
) -> Response:
    """Return what formulas come to on each bar of a page: the values that a scan sees, null while they warm up."""
    return tagged(request, json_bytes(house.market_data.expressions(symbol, expr, wanted)))


@router.get("/providers", response_model=Providers)
def providers(house: HouseDep, _user: CurrentUser) -> Response:
    """Say how each provider fares, as whoever asked it last wrote down."""
    return json_answer({"items": provider_health(house.known.store, house.now()), "next_cursor": None})


def _span(first: str | None, last: str | None) -> Span:
    return Span(
        None if first is None else moment_of(first, "from"),
        None if last is None else moment_of(last, "to"),
    )
