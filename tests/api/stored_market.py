"""A small stored market for market data: days with a split and a dividend, minutes over both clock changes and an
early close, coins by the hour, and a session that is still in its journal."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl

from tapehawk.core.bars import Series
from tapehawk.core.sessions import us_calendar
from tapehawk.data import store
from tapehawk.data.open_session import OpenSession
from tapehawk.data.providers.door import StreamBar
from tests.scan.market import days, fill, frame, minutes_frame
from tests.scan.quick_market import coins, going

DAYS = days(300, dt.date(2023, 8, 1))  # to 2024-10-08
LAST = DAYS[-1]
SPLIT_DAY, EX_DAY = DAYS[200], DAYS[250]
BEFORE_DST, AFTER_DST = dt.date(2024, 3, 8), dt.date(2024, 3, 11)
EARLY = dt.date(2024, 7, 3)  # closes at 13:00
HALF_HOURS = Series("test", "sip", timeframe="30m")
MINUTES = Series("test", "sip", timeframe="1m")
OPEN_DAY = us_calendar().next(LAST)
OPENS = us_calendar().need_session(OPEN_DAY).open
NOON = dt.datetime.fromtimestamp(OPENS / 1e6, dt.UTC) + dt.timedelta(hours=2, minutes=30)
EVENING = dt.datetime.combine(LAST, dt.time(23), dt.UTC)
HOURLY = [100 + hour / 10 + hour % 3 for hour in range(24 * 30)]
MINUTE = 60_000_000


def daily() -> dict[str, list]:
    """Bars by symbol: one that rises, one that falls, one that split 4:1 and pays, one with a dot, a late one."""
    rising, falling = going(0.01, 300), going(-0.004, 300, 500.0)
    before = [(*tuple(4 * x for x in bar[:4]), bar[4] / 4) for bar in rising[:200]]
    split = [*before, *rising[200:]]
    return {"UPP": rising, "DWN": falling, "SPL": split, "BRK.B": going(0.002, 300), "OLD": going(0.01, 290)}


def fill_market(root: Path) -> Path:
    """Store it all but the open session."""
    frames = [frame(name, bars, DAYS[: len(bars)]) for name, bars in daily().items()]
    fill(root, *frames, splits={"SPL": (SPLIT_DAY, 4.0)})
    paid = {"symbol": "SPL", "ex_date": EX_DAY, "type": "dividend", "cash_amount": 1.5}
    store.append_actions(root, pl.DataFrame([paid]))
    half = [minutes_frame("UPP", [100.0 + n for n in range(13)], day, step=30) for day in (BEFORE_DST, AFTER_DST)]
    short = minutes_frame("UPP", [100.0 + n for n in range(7)], EARLY, step=30)
    store.append_bars(root, [(HALF_HOURS, pl.concat([*half, short]))])
    minutes = [minutes_frame(name, [100 + n / 10 for n in range(390)], LAST, step=1) for name in ("UPP", "DWN")]
    store.append_bars(root, [(MINUTES, pl.concat(minutes))])
    return coins(root, HOURLY)


def open_session(root: Path, upto: int = 150, series: Series = MINUTES, **prices: float) -> OpenSession:
    """Journal some minutes of the next session, a bar a minute from its open: each closes a cent above the last."""
    session = OpenSession(root, series, OPEN_DAY)
    for minute in range(upto):
        session.take([_bar(name, minute, price + minute / 100) for name, price in prices.items()])
    return session


def _bar(symbol: str, minute: int, close: float, revision: int = 0) -> StreamBar:
    time = OPENS + minute * MINUTE
    values = {"open": close, "high": close + 0.05, "low": close - 0.05, "close": close, "volume": 1000.0}
    return StreamBar(symbol=symbol, time=time, final=True, revision=revision, received=time + MINUTE, **values)


def revised(session: OpenSession, symbol: str, minute: int, close: float) -> None:
    """Send a bar again with another close."""
    session.take([_bar(symbol, minute, close, revision=1)])
