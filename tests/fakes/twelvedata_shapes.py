"""Twelve Data's words for rows of the truth (providers.md 2.3, 2.5, 2.6)."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from tapehawk.core.sessions import REGULAR, us_calendar

NEW_YORK = ZoneInfo("America/New_York")
EXCHANGES = {"nasdaq": ("NASDAQ", "XNGS"), "nyse": ("NYSE", "XNYS"), "amex": ("NYSE American", "XASE")}
TYPES = {"common": "Common Stock", "preferred": "Preferred Stock", "adr": "American Depositary Receipt"}
PRICES = ("open", "high", "low", "close")
MINUTES = {"1min": 1, "5min": 5, "15min": 15, "30min": 30, "45min": 45, "1h": 60, "2h": 120, "4h": 240, "8h": 480}
DATED = {"1day": "1d", "1week": "1w", "1month": "1mo"}
INTERVALS = {*MINUTES, *DATED}
"""What can be asked for (2.3)."""


def text(number: float) -> str:
    """All numbers are strings (2.3)."""
    return str(int(number)) if number == int(number) else repr(number)


def value(row: dict[str, object], interval: str, zone: dt.tzinfo) -> dict[str, str]:
    """Return a bar; a naive time in the zone that was asked for, a date for days (2.3)."""
    time = row["time"]
    said = f"{time:%Y-%m-%d}" if interval in DATED else f"{time.astimezone(zone):%Y-%m-%d %H:%M:%S}"
    return {"datetime": said, **{name: text(row[name]) for name in (*PRICES, "volume")}}


def meta(symbol: str, interval: str) -> dict[str, str]:
    """Return what stands beside the values (2.3)."""
    place = {"exchange_timezone": "America/New_York", "exchange": "NASDAQ", "mic_code": "XNGS", "type": "Common Stock"}
    return {"symbol": symbol, "interval": interval, "currency": "USD", **place}


def regular(bars: pl.DataFrame) -> pl.DataFrame:
    """Keep regular hours: `prepost` is false by default (2.3)."""
    _, minutes = us_calendar().locate(bars["time"].to_physical().to_numpy(), "regular")
    return bars.filter(pl.Series(~np.isnan(minutes), dtype=pl.Boolean))


def longer(bars: pl.DataFrame, interval: str) -> pl.DataFrame:
    """Return bars of an interval: hours count from the open, weeks begin on Monday (the page says of neither)."""
    if interval in {"1min", "1day"}:
        return bars
    if interval in DATED:
        start = pl.col("time").dt.truncate(DATED[interval])
    else:
        begins, _ = us_calendar().buckets(bars["time"].to_physical().to_numpy(), MINUTES[interval], "regular")
        start = pl.Series(begins).cast(pl.Datetime("us", "UTC"))
    prices = (pl.first("open"), pl.max("high"), pl.min("low"), pl.last("close"), pl.sum("volume"))
    return bars.with_columns(time=start).group_by("symbol", "time", maintain_order=True).agg(prices)


def is_open(seconds: int) -> bool:
    """Return whether the exchange is open at an instant."""
    return bool(us_calendar().phases(np.array([seconds * 1_000_000]))[0] == REGULAR)


def instant_of(said: str, zone: dt.tzinfo, interval: str) -> dt.datetime:
    """Read a bound, which is in the zone that was asked for; that of days is a date (2.3)."""
    naive = dt.datetime.fromisoformat(said)
    if interval in DATED:
        return dt.datetime.combine(naive.date(), dt.time(), dt.UTC)
    return naive.replace(tzinfo=zone).astimezone(dt.UTC)


def listed(row: dict[str, object]) -> dict[str, str]:
    """Return a symbol of a list (2.5)."""
    exchange, mic = EXCHANGES.get(row["exchange"], ("NASDAQ", "XNGS"))
    body = {"symbol": row["symbol"], "name": row["name"], "currency": "USD", "exchange": exchange, "mic_code": mic}
    return body | {"country": "United States", "type": TYPES.get(row["type"], "Common Stock")}


def split(row: dict[str, object], *, swapped: bool) -> dict[str, object]:
    """Return a split. The vendor's reference has the new shares as `from_factor`; others say `to_factor`."""
    new, old = row["split_to"], row["split_from"]
    first, second = (old, new) if swapped else (new, old)
    said = {"description": f"{text(new)}-for-{text(old)} split", "ratio": second / first}
    place = {"symbol": row["symbol"], "mic_code": "XNGS", "exchange": "NASDAQ"}
    return {"date": str(row["ex_date"]), **place, **said, "from_factor": first, "to_factor": second}


def dividend(row: dict[str, object]) -> dict[str, object]:
    """Return a dividend, in the shape of the vendor's reference."""
    place = {"symbol": row["symbol"], "mic_code": "XNGS", "exchange": "NASDAQ"}
    return {**place, "ex_date": str(row["ex_date"]), "amount": row["cash_amount"]}


def ticks(row: dict[str, object], day_volume: float) -> list[dict[str, object]]:
    """Return four prices of a minute that make up its bar; `day_volume` is that before the minute (2.6)."""
    start = int(row["time"].timestamp())
    place = {"currency": "USD", "exchange": "NASDAQ", "mic_code": "XNGS", "type": "Common Stock"}
    return [
        {
            "event": "price",
            "symbol": row["symbol"],
            **place,
            "timestamp": start + second,
            "price": row[name],
            "day_volume": day_volume + row["volume"] * (number + 1) / 4,
        }
        for number, (second, name) in enumerate(zip((1, 15, 30, 58), ("open", "high", "low", "close"), strict=True))
    ]
