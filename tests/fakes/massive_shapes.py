"""Massive's JSON shapes, from rows of the truth (providers.md 1.4, 1.6, 1.8)."""

from __future__ import annotations

import base64
import datetime as dt
import json
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from tapehawk.core.sessions import PHASES, us_calendar

NEW_YORK = ZoneInfo("America/New_York")
TYPES = {"common": "CS", "etf": "ETF", "preferred": "PFD"}
MICS = {"nasdaq": "XNAS", "nyse": "XNYS", "amex": "XASE"}
SHORT = {"open": "o", "high": "h", "low": "l", "close": "c", "volume": "v"}
CLOCK = {"second": 1_000, "minute": 60_000, "hour": 3_600_000}
CALENDAR = {"day": "d", "week": "w", "month": "mo", "quarter": "q", "year": "y"}


def numbers(row: dict[str, object]) -> dict[str, object]:
    """Return o, h, l, c, v and what comes with them."""
    return {short: row[name] for name, short in SHORT.items()} | {"vw": row["close"], "n": 17}


def with_start(bars: pl.DataFrame, timeframe: str) -> pl.DataFrame:
    """Return bars in the vendor's names; `t` is the start in ms, a day's is midnight in New York (1.4)."""
    instant = pl.col("time")
    if timeframe == "1d":
        instant = instant.dt.replace_time_zone(None).dt.replace_time_zone("America/New_York")
    return bars.select(*[pl.col(name).alias(short) for name, short in SHORT.items()], t=instant.dt.epoch("ms")).sort(
        "t"
    )


def windows(bars: pl.DataFrame, multiplier: int, timespan: str) -> list[dict[str, object]]:
    """Return bars of a window made of base bars: minutes for minute and hour, days for day and above (1.4).

    The page does not say on which day a week begins: on Sunday here.
    """
    if timespan in CLOCK:
        length = max(multiplier * CLOCK[timespan], CLOCK["minute"])
        window = pl.col("t") // length * length
    else:
        local = pl.from_epoch("t", time_unit="ms").dt.replace_time_zone("UTC").dt.convert_time_zone("America/New_York")
        sunday = "1d" if timespan == "week" else "0d"
        whole = local.dt.offset_by(sunday).dt.truncate(f"{multiplier}{CALENDAR[timespan]}").dt.offset_by(f"-{sunday}")
        window = whole.dt.epoch("ms")
    gathered = bars.group_by(window.alias("t"), maintain_order=True).agg(
        pl.col("o").first(), pl.col("h").max(), pl.col("l").min(), pl.col("c").last(), pl.col("v").sum()
    )
    return gathered.with_columns(vw=pl.col("c"), n=pl.lit(17)).to_dicts()


def midnight(date: dt.date) -> int:
    """Return the start of a date in New York, ms."""
    return int(dt.datetime.combine(date, dt.time(), NEW_YORK).timestamp() * 1000)


def date_of(milliseconds: int) -> dt.date:
    """Return the date in New York of an instant."""
    return dt.datetime.fromtimestamp(milliseconds / 1000, NEW_YORK).date()


def close_of(date: dt.date) -> int:
    """Return the close of a session, ms: 16:00, or 13:00 on a short day."""
    return us_calendar().need_session(date).close // 1000


def instant_of(text: str, *, ends: bool) -> int:
    """Read a bound of a range: a date (its whole day in New York) or ms (1.4)."""
    if text.isdigit():
        return int(text)
    date = dt.date.fromisoformat(text)
    return midnight(date + dt.timedelta(days=1)) - 1 if ends else midnight(date)


def cursor(query: dict[str, object]) -> str:
    """Write a cursor: opaque, it carries everything that was asked (1.6)."""
    return base64.urlsafe_b64encode(json.dumps(query).encode()).decode()


def read_cursor(text: str) -> dict[str, str]:
    """Read a cursor."""
    return {name: str(value) for name, value in json.loads(base64.urlsafe_b64decode(text)).items()}


def in_order(items: list[dict[str, object]], said: str, order: str = "asc") -> list[dict[str, object]]:
    """Sort by "field.asc,field.desc" as new routes say it, or by a field and `order` as old ones do (1.6)."""
    for part in reversed(said.split(",")):
        field, _, way = part.partition(".")
        items = sorted(items, key=lambda item, field=field: item.get(field, ""), reverse=(way or order) == "desc")
    return items


def ticker(row: dict[str, object]) -> dict[str, object]:
    """Return a symbol (1.6): only ticker, name, market, locale and active are always there."""
    body = {"ticker": row["symbol"], "name": row["name"], "market": "stocks", "locale": "us", "active": row["active"]}
    body |= {"primary_exchange": MICS.get(row["exchange"], "ARCX"), "type": TYPES.get(row["type"], "CS")}
    return body if row["active"] else body | {"delisted_utc": f"{row['last_seen']}T05:00:00Z"}


def split(row: dict[str, object], *, new: bool) -> dict[str, object]:
    """Return a split, in the new or the old shape (1.6)."""
    body = {"id": f"E{row['symbol']}{row['ex_date']}", "ticker": row["symbol"], "execution_date": str(row["ex_date"])}
    body |= {"split_from": row["split_from"], "split_to": row["split_to"]}
    forward = row["split_to"] > row["split_from"]
    kind = {"adjustment_type": "forward_split" if forward else "reverse_split"}
    return body | kind | {"historical_adjustment_factor": row["split_from"] / row["split_to"]} if new else body


def dividend(row: dict[str, object], *, new: bool) -> dict[str, object]:
    """Return a dividend, in the new or the old shape (1.6)."""
    body = {"id": f"D{row['symbol']}", "ticker": row["symbol"], "ex_dividend_date": str(row["ex_date"])}
    body |= {"cash_amount": row["cash_amount"], "currency": "USD", "frequency": 4}
    return body | ({"distribution_type": "recurring"} if new else {"dividend_type": "CD"})


def market_state(seconds: int) -> dict[str, object]:
    """Return what the market does at an instant (1.6)."""
    phase = PHASES[us_calendar().phases(np.array([seconds * 1_000_000]))[0]]
    market = {"regular": "open", "closed": "closed"}.get(phase, "extended-hours")
    early = {"earlyHours": phase == "premarket", "afterHours": phase == "after_hours"}
    places = {"exchanges": {"nasdaq": market, "nyse": market, "otc": "closed"}, "currencies": {"crypto": "open"}}
    said = dt.datetime.fromtimestamp(seconds, NEW_YORK).isoformat()
    return {"market": market, **early, "serverTime": said, **places}


def minute(row: dict[str, object]) -> dict[str, object]:
    """Return a minute as the stream sends it (1.8): `e` is exclusive, `op` is 0 before the open."""
    start = row["time"].timestamp() * 1000
    wall = row["time"].astimezone(NEW_YORK).time()
    event = {"ev": "AM", "sym": row["symbol"], **numbers(row), "av": row["volume"], "dv": str(row["volume"]), "z": 82}
    return event | {"op": 0 if wall < dt.time(9, 30) else row["open"], "s": int(start), "e": int(start) + 60_000}
