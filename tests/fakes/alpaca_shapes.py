"""Alpaca's words for rows of the truth (providers.md 3.3, 3.5, 3.6)."""

from __future__ import annotations

import base64
import datetime as dt
import re
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

import polars as pl

from tapehawk.core.sessions import Session, us_calendar

NEW_YORK = ZoneInfo("America/New_York")
SHORT = {"open": "o", "high": "h", "low": "l", "close": "c", "volume": "v"}
SPANS = {"1Min": "1m", "1T": "1m", "1Day": "1d", "1D": "1d"}
EXCHANGES = {"nasdaq": "NASDAQ", "nyse": "NYSE", "amex": "AMEX", "arca": "ARCA", "bats": "BATS"}
SYMBOL = re.compile(r"[A-Z][A-Z0-9]*(\.[A-Z]+)?|[A-Z0-9]+/[A-Z]+")


def rfc_3339(instant: dt.datetime) -> str:
    """Write an instant as the vendor does (3.5)."""
    return instant.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def numbers(row: dict[str, object]) -> dict[str, object]:
    """Return o, h, l, c, v and what comes with them; whole volumes are integers (section 7)."""
    volume = row["volume"]
    whole = int(volume) if volume == int(volume) else volume
    return {short: row[name] for name, short in SHORT.items()} | {"v": whole, "n": 17, "vw": row["close"]}


def bar(row: dict[str, object], timeframe: str, zone: dt.tzinfo) -> dict[str, object]:
    """Return a bar; a day's `t` is midnight in New York (3.5)."""
    instant = row["time"]
    if timeframe == "1d":
        instant = dt.datetime.combine(instant.date(), dt.time(), zone)
    return {"t": rfc_3339(instant), **numbers(row)}


def instant_of(text: str, *, ends: bool) -> dt.datetime:
    """Read a bound, which is part of the range: RFC 3339, or a date (3.5)."""
    if "T" in text or " " in text:
        return dt.datetime.fromisoformat(text)
    date = dt.date.fromisoformat(text) + dt.timedelta(days=ends)
    return dt.datetime.combine(date, dt.time(), NEW_YORK) - dt.timedelta(microseconds=ends)


def token(symbol: str, timeframe: str, t: str, mark: str = "") -> str:
    """Write where a page ended: opaque to everybody else (3.5)."""
    span = "M" if timeframe == "1m" else "D"
    return base64.b64encode(f"{symbol}|{span}{mark}|{t[:-1]}.000000000Z".encode()).decode()


def read_token(text: str) -> tuple[str, str, str]:
    """Read symbol, span and start of the last bar sent."""
    symbol, span, instant = base64.b64decode(text).decode().split("|")
    return symbol, span, f"{instant[:-11]}Z"


def asset(row: dict[str, object]) -> dict[str, object]:
    """Return a symbol as the account's host has it (3.3)."""
    market = "crypto" if row["market"] == "crypto" else "us_equity"
    flags = dict.fromkeys(("tradable", "marginable", "shortable", "easy_to_borrow", "fractionable"), row["active"])
    body = {"id": "b0b6dd9d-8b9b-48a9-ba46-b9d54906e415", "class": market, "symbol": row["symbol"], "name": row["name"]}
    body |= {"exchange": EXCHANGES.get(row["exchange"], ""), "status": "active" if row["active"] else "inactive"}
    return body | flags | {"margin_requirement_long": "30", "margin_requirement_short": "30", "attributes": []}


def action(row: dict[str, object]) -> tuple[str, dict[str, object]]:
    """Return the kind and the body of a corporate action (3.5).

    Shapes as the vendor's client reads them. The vendor's reference has `start` and `end` select by `process_date`, for
    a dividend the day of its payment.
    """
    ex = row["ex_date"]
    body = {
        "id": str(uuid5(NAMESPACE_URL, f"{row['symbol']} {ex}")),
        "symbol": row["symbol"],
        "ex_date": str(ex),
        "record_date": str(ex),
    }
    if row["type"] == "dividend":
        paid = str(ex + dt.timedelta(days=21))
        rate = {"rate": row["cash_amount"], "special": False, "foreign": False, "payable_date": paid}
        return "cash_dividends", body | rate | {"cusip": "037833100", "process_date": paid}
    rates = {"new_rate": row["split_to"], "old_rate": row["split_from"], "process_date": str(ex)}
    if row["split_to"] > row["split_from"]:
        return "forward_splits", body | rates | {"cusip": "037833100"}
    return "reverse_splits", body | rates | {"old_cusip": "037833100", "new_cusip": "037833209"}


def trade(minute: dict[str, object] | None) -> dict[str, object] | None:
    """Return the last trade of a minute (3.5)."""
    if minute is None:
        return None
    return {"t": minute["t"], "x": "V", "p": minute["c"], "s": 20, "c": ["@", "I"], "i": 52983525, "z": "C"}


def quote(minute: dict[str, object] | None) -> dict[str, object] | None:
    """Return the quote at the end of a minute, sizes in shares (3.5)."""
    if minute is None:
        return None
    bid, ask = round(minute["c"] - 0.01, 2), round(minute["c"] + 0.02, 2)
    sides = {"bx": "V", "bp": bid, "bs": 200, "ax": "V", "ap": ask, "as": 300}
    return {"t": minute["t"], **sides, "c": ["R"], "z": "C"}


def day_so_far(minutes: pl.DataFrame, date: dt.date, zone: dt.tzinfo) -> dict[str, object] | None:
    """Return the bar of a day, made of its minutes; None before the first of them (3.5)."""
    if minutes.is_empty():
        return None
    prices = (pl.first("open"), pl.max("high"), pl.min("low"), pl.last("close"), pl.sum("volume"))
    (row,) = minutes.select(prices).to_dicts()
    return bar(row | {"time": dt.datetime.combine(date, dt.time())}, "1d", zone)


def market_clock(seconds: int) -> dict[str, object]:
    """Return the time in New York, with nine decimals and its offset, and what opens and closes next (3.3)."""
    date, now = dt.datetime.fromtimestamp(seconds, NEW_YORK).date(), seconds * 1_000_000
    today, after = us_calendar().session_on(date), us_calendar().need_session(us_calendar().next(date))
    opens = today if today and now < today.open else after
    closes = today if today and now < today.close else after
    here = _wall(now).isoformat()
    return {
        "timestamp": f"{here[:-6]}.123456789{here[-6:]}",
        "is_open": bool(today and today.open <= now < today.close),
        "next_open": _wall(opens.open).isoformat(),
        "next_close": _wall(closes.close).isoformat(),
    }


def session(one: Session) -> dict[str, str]:
    """Return a day of the calendar: wall clocks with a colon, and those of all hours without (3.3).

    What all hours end with on a short day is not known (section 8): 20:00, as the page's example has it.
    """
    hours = {"open": f"{_wall(one.open):%H:%M}", "close": f"{_wall(one.close):%H:%M}"}
    whole = {"session_open": "0400", "session_close": "2000"}
    return {"date": str(one.date), **hours, **whole, "settlement_date": str(us_calendar().next(one.date))}


def _wall(microseconds: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(microseconds // 1_000_000, NEW_YORK)


def minute(row: dict[str, object], kind: str = "b") -> dict[str, object]:
    """Return a minute as the stream sends it (3.6)."""
    return {"T": kind, "S": row["symbol"], **numbers(row), "t": rfc_3339(row["time"])}


def columns(bars: pl.DataFrame, timeframe: str, zone: dt.tzinfo) -> list[tuple[str, dict[str, object]]]:
    """Return (symbol, bar) in the order of pages: by symbol, then time (3.5)."""
    return [(row["symbol"], bar(row, timeframe, zone)) for row in bars.sort("symbol", "time").to_dicts()]
