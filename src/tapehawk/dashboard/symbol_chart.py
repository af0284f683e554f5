"""The chart of a row: its symbol's bars as traded, the levels as lines, the row's bar marked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo

import streamlit as st

from tapehawk.app.asking import CRYPTO, Asked
from tapehawk.app.market_bars import MarketBars
from tapehawk.app.market_data import BarsWanted, MarketData
from tapehawk.app.settings import Settings
from tapehawk.core.errors import NoData, TapehawkError
from tapehawk.core.series import SESSION_TIMEFRAMES
from tapehawk.dashboard import charts, failure, heading
from tapehawk.dashboard.drawing import draw, palette
from tapehawk.dashboard.wording import plain
from tapehawk.scan.bar_span import Span
from tapehawk.scan.symbol_bars import Page

Row = Mapping[str, Any]
SHOWN: Final = 160
_AFTER: Final = {"1d": dt.timedelta(days=45), "1w": dt.timedelta(days=210)}
"""How long after a row's session bars are shown; of intraday bars that session's own."""


def show(known: Settings, asked: Asked, row: Row, session: str) -> None:
    """Show a row's chart. `session`: the date of the row's bar."""
    symbol = str(row.get("symbol", row.get("ticker")))
    try:
        found = bars(known, asked, symbol, dt.date.fromisoformat(session))
    except TapehawkError as error:
        failure.show(error)
        return
    at = place(found["bars"], row, session, asked.timeframe)
    levels = ", ".join(f"{name} {value:,.2f}" for name, value in charts.levels_of(row).items())
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"#### {plain(symbol)}", width="content", anchors=False)
        heading.labels(found["labels"])
        about = (row.get("pattern", ""), session, levels or "no levels")
        st.caption(" · ".join(map(plain, filter(None, about))), width="content")
    figure = charts.candles(found["bars"], texts(found["bars"], asked), row, at, palette())
    draw(figure, f"candles·{symbol}·{session}", f"{symbol}: {len(found['bars'])} bars; {levels}")
    basis = "as traded" if found["adjust"] == "none" else f"adjusted: {found['adjust']}"
    st.caption(f"{plain(found['series'])} · prices {basis} · the dotted line is the row's bar, what follows came later")


def bars(known: Settings, asked: Asked, symbol: str, session: dt.date) -> dict[str, Any]:
    """Return a symbol's bars around a session: as traded, else as they came. Raises as market data does."""
    market = _market(known)
    last = session + _AFTER.get(asked.timeframe, dt.timedelta(0))
    page = Page(Span(None, last), limit=min(SHOWN, known.streamlit.max_chart_points))
    wanted = partial(BarsWanted, asked.timeframe, asked.hours, page=page)
    with suppress(NoData):
        return market.bars(symbol, wanted(adjust="none"))
    with suppress(NoData):
        return market.bars(symbol, wanted(adjust="split"))
    return market.bars(symbol, wanted(adjust="all"))


def _feeds(known: Settings) -> tuple[str, ...]:
    """Return what decides whose bars are shown."""
    return str(known.store), known.providers.prefer_us, known.providers.prefer_crypto


@st.cache_resource(max_entries=2, hash_funcs={Settings: _feeds})
def _market(known: Settings) -> MarketData:
    """Return what answers for the bars of a store; it keeps what it has read of them."""
    return MarketData(MarketBars(known, lambda: dt.datetime.now(dt.UTC)))


def place(found: list[Row], row: Row, session: str, timeframe: str) -> int | None:
    """Return the place of a row's bar among bars."""
    name, wanted = ("session", session) if timeframe in SESSION_TIMEFRAMES else ("time", row.get("bar_time"))
    return next((number for number, bar in enumerate(found) if bar[name] == wanted), None)


def texts(found: list[Row], asked: Asked) -> list[str]:
    """Return what the axis says of each bar: its session, or its start in the exchange's time."""
    if asked.timeframe in SESSION_TIMEFRAMES:
        return [bar["session"] for bar in found]
    zone = ZoneInfo("UTC" if asked.market == CRYPTO else "America/New_York")
    return [f"{dt.datetime.fromisoformat(bar['time']).astimezone(zone):%m-%d %H:%M}" for bar in found]
