"""A plain client of every fake: two questions, or three minutes of a stream, as they come over the wire."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import json
import time
from email.utils import parsedate_to_datetime
from functools import lru_cache

import httpx2
import polars as pl
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.fakes.clock import START
from tests.fakes.truth import simulated

DAY = dt.date(2026, 11, 20)

ASKED = {
    "alpaca": "/v2/stocks/bars?symbols={0}&timeframe=1Day",
    "ccxt": "/api/v3/exchangeInfo",
    "flatfiles": "/flatfiles?list-type=2",
    "polygon": "/v2/aggs/ticker/{0}/range/1/day/2026-11-16/2026-11-20",
    "twelvedata": "/time_series?symbol={0}&interval=1day",
}


def alpaca_says(fake, names):
    keys = {"action": "auth", "key": fake.key, "secret": fake.secret}
    return [keys, {"action": "subscribe", "bars": names, "updatedBars": names}]


def ccxt_says(fake, names):
    topics = [f"{name.replace('/', '').lower()}@kline_1m" for name in names]
    return [{"method": "SUBSCRIBE", "params": topics, "id": 1}]


def polygon_says(fake, names):
    topics = ",".join(f"AM.{name}" for name in names)
    return [{"action": "auth", "params": fake.key}, {"action": "subscribe", "params": topics}]


def twelvedata_says(fake, names):
    return [{"action": "subscribe", "params": {"symbols": ",".join(names)}}]


STREAMS = {
    "alpaca": ("/v2/sip", alpaca_says),
    "ccxt": ("/stream/ws/0", ccxt_says),
    "polygon": ("/stocks", polygon_says),
    "twelvedata": ("/v1/quotes/price?apikey={0.key}", twelvedata_says),
}
"""Where to connect, and what to say first."""


@lru_cache
def truth_of(market):
    whole = simulated(start=DAY, end=DAY, market=market)
    return whole, sorted(whole.minutes["symbol"].unique())[:2]


def opened(case):
    """Return a fake that any key opens, and whose clock stands."""
    fake = case.fake(truth_of(case.market)[0])
    fake.refusal, fake.now = (lambda _: None), (lambda: START // 1_000_000)
    return fake


@lru_cache(maxsize=64)
def answers(case, faults):
    """Return what two questions, one after the other, are answered by."""
    _, names = truth_of(case.market)
    with opened(case) as fake:
        fake.faults = faults
        url = fake.url + ASKED[case.name].format(names[0])
        found, took = zip(answered(url), answered(url), strict=True)
    return found, min(took) > 0.2


def answered(url):
    begun = time.monotonic()
    try:
        answer = httpx2.get(url)
    except httpx2.HTTPError as error:
        return type(error).__name__, time.monotonic() - begun
    off = abs(dt.datetime.now(dt.UTC) - parsedate_to_datetime(answer.headers["date"]))
    said = (answer.status_code, answer.text, answer.headers.get("retry-after"), off > dt.timedelta(hours=1))
    return said, time.monotonic() - begun


heard_before = {}


async def heard(case, faults):
    """Return all frames of three minutes pushed to a stream, and how it ended."""
    if (case.name, faults) not in heard_before:
        with opened(case) as fake:
            heard_before[case.name, faults] = await _listened(case, fake, faults)
    return heard_before[case.name, faults]


async def _listened(case, fake, faults):
    whole, names = truth_of(case.market)
    path, says = STREAMS[case.name]
    frames = []
    fake.faults = faults
    try:
        async with connect(f"ws://{fake.host}{path.format(fake)}") as socket:
            reading = asyncio.create_task(_read(socket, frames))
            with contextlib.suppress(ConnectionClosed):
                for message in says(fake, names):
                    await socket.send(json.dumps(message))
                await (await socket.ping())  # what was said before is done
                for minute in minutes_of(whole, names):
                    await asyncio.to_thread(fake.push, minute)
                await (await socket.ping())
            await socket.close()
            await reading
            return frames, socket.close_code
    except InvalidStatus as refused:
        return refused.response.status_code


async def _read(socket, frames):
    with contextlib.suppress(ConnectionClosed):
        while True:
            frames.append(await socket.recv())


def minutes_of(whole, names):
    mine = whole.minutes.filter(pl.col("symbol").is_in(names))
    both = mine.group_by("time").len().filter(pl.col("len") == 2)["time"].sort().tail(3)
    return [mine.filter(pl.col("time") == time).sort("symbol") for time in both]
