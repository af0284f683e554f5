"""Binance's words for rows of the truth (providers.md 4.3)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import polars as pl

MINUTES = {"1m": 1, "5m": 5, "15m": 15, "30m": 30, "1h": 60, "4h": 240, "1d": 1440}
"""The intervals that are served, of those that Binance has."""
DAY_MS = 86_400_000


def text(number: float) -> str:
    """Prices and volumes are strings without exponent (4.3)."""
    return format(Decimal(repr(number)), "f")


def market_id(symbol: str) -> str:
    """Return the exchange's own name of a pair."""
    return symbol.replace("/", "")


def topic(symbol: str) -> str:
    """Return the stream of a pair's minutes; names are in small letters (4.3)."""
    return f"{market_id(symbol).lower()}@kline_1m"


def milliseconds(time: dt.datetime) -> int:
    """Return an instant as the exchange writes it."""
    return int(time.timestamp()) * 1000


def rest_kline(row: dict[str, object], interval: str) -> list[object]:
    """Return a candle: open time, o, h, l, c, base volume, close time, quote volume, trades, … (4.3)."""
    start = milliseconds(row["time"])
    prices = [text(row[name]) for name in ("open", "high", "low", "close")]
    quote = text(row["volume"] * row["close"])
    end = start + MINUTES[interval] * 60_000 - 1
    return [start, *prices, text(row["volume"]), end, quote, 184, "0.62", quote, "0"]


def stream_kline(row: dict[str, object], *, over: bool) -> dict[str, object]:
    """Return a candle as it is pushed; `x`: closed (4.3)."""
    start, name = milliseconds(row["time"]), market_id(row["symbol"])
    prices = {letter: text(row[field]) for letter, field in zip("ohlc", ("open", "high", "low", "close"), strict=True)}
    sizes = {"v": text(row["volume"]), "q": text(row["volume"] * row["close"]), "V": "0.6", "Q": "58878.0", "B": "0"}
    span = {"t": start, "T": start + 59_999, "s": name, "i": "1m", "f": 100, "L": 200, "n": 101, "x": over}
    return {"e": "kline", "E": start + 60_123, "s": name, "k": span | prices | sizes}


def ticker(minutes: pl.DataFrame, name: str, now: int) -> dict[str, object]:
    """Return what the minutes of the last 24 hours come to; all is 0 where there are none (4.3)."""
    rows = minutes.sort("time")
    prices = rows.select(
        openPrice=pl.col("open").first(), highPrice=pl.max("high"), lowPrice=pl.min("low"), lastPrice=pl.last("close")
    )
    sizes = rows.select(volume=pl.sum("volume"), quoteVolume=(pl.col("volume") * pl.col("close")).sum())
    said = {key: value or 0.0 for key, value in (prices.to_dicts()[0] | sizes.to_dicts()[0]).items()}
    opened, closed, volume = said["openPrice"], said["lastPrice"], said["volume"]
    said |= {"prevClosePrice": opened, "bidPrice": closed, "askPrice": closed, "bidQty": 1.0, "askQty": 1.0}
    said |= {"priceChange": closed - opened, "priceChangePercent": (closed / opened - 1) * 100 if opened else 0.0}
    said |= {"weightedAvgPrice": said["quoteVolume"] / volume if volume else 0.0, "lastQty": 1.0}
    count = {"openTime": now - DAY_MS, "closeTime": now, "firstId": 1, "lastId": rows.height, "count": rows.height}
    return {"symbol": name} | {key: text(value) for key, value in said.items()} | count


def half_done(row: dict[str, object]) -> dict[str, object]:
    """Return a candle as it was while it formed: its last price is its low, half the volume had come."""
    return row | {"close": row["low"], "volume": row["volume"] / 2}


def described(row: dict[str, object]) -> dict[str, object]:
    """Return a pair of `exchangeInfo`: what ccxt needs of it (4.3)."""
    base, quote = row["symbol"].split("/")
    filters = [
        {"filterType": "PRICE_FILTER", "minPrice": "0.01", "maxPrice": "1000000.00", "tickSize": "0.01000000"},
        {"filterType": "LOT_SIZE", "minQty": "0.00001", "maxQty": "9000.00", "stepSize": "0.00001000"},
        {"filterType": "NOTIONAL", "minNotional": "5.0", "applyMinToMarket": True, "maxNotional": "9000000.0"},
    ]
    sizes = {"baseAssetPrecision": 8, "quotePrecision": 8, "quoteAssetPrecision": 8}
    may = {"icebergAllowed": True, "ocoAllowed": True, "isSpotTradingAllowed": True, "isMarginTradingAllowed": False}
    coins = {"symbol": market_id(row["symbol"]), "baseAsset": base, "quoteAsset": quote}
    state = {"status": "TRADING" if row["active"] else "BREAK", "orderTypes": ["LIMIT", "MARKET"]}
    return {**coins, **state, **sizes, **may, "filters": filters, "permissions": [], "permissionSets": [["SPOT"]]}


def filled(candles: pl.DataFrame, interval: str = "1m") -> pl.DataFrame:
    """Return candles with a flat one, at the close before and without volume, where nobody traded (4.1)."""
    whole = candles.sort("symbol", "time").upsample("time", every=interval, group_by="symbol")
    close = pl.col("close").forward_fill()
    flat = whole.with_columns(pl.col("symbol").forward_fill(), close, pl.col("volume").fill_null(0.0))
    return flat.with_columns(pl.col(name).fill_null(pl.col("close")) for name in ("open", "high", "low"))


def longer(minutes: pl.DataFrame, interval: str) -> pl.DataFrame:
    """Return the candles of an interval below a day, made of one pair's minutes; those without a trade are absent."""
    if interval == "1m":
        return minutes.sort("time")
    ordered = [pl.first("open"), pl.max("high"), pl.min("low"), pl.last("close"), pl.sum("volume")]
    return minutes.sort("time").group_by_dynamic("time", every=interval, group_by="symbol").agg(ordered).sort("time")
