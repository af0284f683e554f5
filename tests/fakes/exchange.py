"""A crypto exchange in the dialect of Binance's spot market (providers.md 4.3), without its orders.

What is public needs no key. Weight is counted by the minute and by address; whoever asks on after a 429 is shut out for
longer, with 418. A list of candles ends with the one that is still forming.

What the page marks unverified is a flag, so that both readings are run: `flat_minutes` (a minute without trades has a
flat candle without volume, from history and from the stream, rather than none; 4.1).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache

import polars as pl
from aiohttp import web

from tests.fakes import exchange_shapes as shapes
from tests.fakes.exchange_stream import FakeStream
from tests.fakes.faults import Faults
from tests.fakes.server import HTML, Handler
from tests.fakes.truth import Truth

MOST = 1000
USUAL = 500
WEIGHTS = {"/api/v3/klines": 2, "/api/v3/exchangeInfo": 20, "/api/v3/time": 1}
OF_TICKERS = ((20, 2), (100, 40))
"""Up to so many pairs, so much weight; 80 for more, or for all."""
SAID = {
    400: (-1100, "Illegal characters found in parameter 'symbol'; legal range is '^[A-Z0-9-_.]{1,20}$'."),
    401: (-2014, "API-key format invalid."),
    418: (-1003, "Way too much request weight used; IP banned until 1795185660000."),
    429: (-1003, "Too much request weight used; current limit is 6000 request weight per 1 MINUTE."),
    500: (-1000, "An unknown error occurred while processing the request."),
}
PAGES = frozenset({403, 404, 502})
"""What the exchange's gate answers is HTML: 403 is its firewall (4.3), 404 an address that is nothing."""
NO_SYMBOL = (-1121, "Invalid symbol.")
NO_INTERVAL = (-1120, "Invalid interval.")


class FakeExchange(FakeStream):
    """`truth`: pairs, and their minutes and days; `now`: seconds, what starts later is not there yet.

    `weight_a_minute`: of one address. `most_a_page`: candles of one answer. `error_with_200`: an error without status.
    """

    def __init__(self, truth: Truth | None = None) -> None:
        super().__init__()
        self.truth = truth or Truth()
        self.weight_a_minute = 6_000
        self.most_a_page = MOST
        self.error_with_200 = False
        self._minute, self._used, self._refused = -1, 0, False
        self._candles = lru_cache(maxsize=64)(self._made)

    def routes(self) -> dict[str, Handler]:
        """Return what the adapter and ccxt ask for."""
        return {
            "/api/v3/time": self.time,
            "/api/v3/exchangeInfo": self.exchange_info,
            "/api/v3/klines": self.klines,
            "/api/v3/ticker/24hr": self.tickers,
            "/ws/{name}": self.stream,
            "/stream/ws/{name}": self.stream,
            "/stream": self.stream,
        }

    def error(self, status: int) -> tuple[object, dict[str, str]]:
        """Return a code and a sentence (4.3)."""
        code, message = SAID.get(status, SAID[500])
        return {"code": code, "msg": message}, {}

    def _broken(self, faults: Faults) -> web.Response:
        if faults.status in PAGES and faults.body == "json":
            return web.Response(text=HTML, status=faults.status, content_type="text/html")
        return super()._broken(faults)

    def refusal(self, request: web.Request) -> int | None:
        """Count weight by the minute (4.3)."""
        minute = int(self.tick() // 60)
        if minute != self._minute:
            self._minute, self._used, self._refused = minute, 0, False
        self._used += _weight(request)
        if self._used <= self.weight_a_minute:
            return None
        status, self._refused = (418 if self._refused else 429), True
        return status

    def refused(self, status: int) -> web.Response:
        """Say how long to wait (4.3)."""
        answer = super().refused(status)
        if status in {418, 429}:
            wait = 60 - self.tick() % 60
            answer.headers["Retry-After"] = str(int(wait + 1) if status == 429 else 180)
        return answer

    def json(self, body: object) -> web.Response:
        """Say how much was used (4.3)."""
        answer = super().json(body)
        answer.headers["X-MBX-USED-WEIGHT-1M"] = str(self._used)
        return answer

    # what is asked

    async def time(self, request):
        """The exchange's clock. The page has no such route: as ccxt's `fetch_time` reads it."""
        return self.json({"serverTime": int(self.clock() * 1000)})

    async def exchange_info(self, request):
        """Every pair, those that rest too (4.3)."""
        limit = {"rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1, "limit": 6000}
        pairs = [shapes.described(row) for row in self.truth.symbols.to_dicts()]
        head = {"timezone": "UTC", "serverTime": int(self.clock() * 1000), "rateLimits": [limit], "exchangeFilters": []}
        return self.json({**head, "symbols": pairs})

    async def klines(self, request):
        """Both ends are included; without them the newest (4.3)."""
        query = request.query
        pairs = {shapes.market_id(symbol): symbol for symbol in self.truth.symbols["symbol"]}
        if self.error_with_200:
            return self.json(dict(zip(("code", "msg"), SAID[500], strict=True)))
        if query.get("symbol") not in pairs:
            return self._no(NO_SYMBOL)
        if query.get("interval") not in shapes.MINUTES:
            return self._no(NO_INTERVAL)
        bars = self._within(self._candles(pairs[query["symbol"]], query["interval"]), query)
        rows = bars.to_dicts()
        now = self.clock() * 1000
        span = shapes.MINUTES[query["interval"]] * 60_000
        if rows and shapes.milliseconds(rows[-1]["time"]) + span > now:
            rows[-1] = shapes.half_done(rows[-1])
        return self.json([shapes.rest_kline(row, query["interval"]) for row in rows])

    async def tickers(self, request):
        """The last 24 hours of one pair, of a list of pairs, or of all (4.3)."""
        names, pairs = _asked(request), {shapes.market_id(symbol): symbol for symbol in self.truth.symbols["symbol"]}
        if not set(names or ()) <= set(pairs):
            return self._no(NO_SYMBOL)
        now = int(self.clock() * 1000)
        time = pl.col("time").dt.epoch("ms")
        lately = self.truth.minutes.filter(time.is_between(now - shapes.DAY_MS, now, closed="left"))
        found = [shapes.ticker(lately.filter(symbol=pairs[name]), name, now) for name in names or pairs]
        return self.json(found[0] if "symbol" in request.query else found)

    def _no(self, said: tuple[int, str]) -> web.Response:
        return web.json_response({"code": said[0], "msg": said[1]}, status=400)

    def _made(self, symbol: str, interval: str) -> pl.DataFrame:
        if interval == "1d":
            return self.truth.of("1d", symbol).sort("time")
        candles = shapes.longer(self.truth.of("1m", symbol), interval)
        return shapes.filled(candles, interval) if self.flat_minutes else candles

    def _within(self, bars: pl.DataFrame, query: Mapping[str, str]) -> pl.DataFrame:
        """What has begun, from `startTime` to `endTime`, at most `limit`."""
        start = pl.col("time").dt.epoch("ms")
        bars = bars.filter(start <= int(self.clock() * 1000))
        if "startTime" in query:
            bars = bars.filter(start >= int(query["startTime"]))
        if "endTime" in query:
            bars = bars.filter(start <= int(query["endTime"]))
        size = min(int(query.get("limit", USUAL)), self.most_a_page)
        return bars.head(size) if "startTime" in query else bars.tail(size)


def _asked(request: web.Request) -> list[str] | None:
    """Return the pairs that prices are wanted of, None for all."""
    query = request.query
    if "symbol" in query:
        return [query["symbol"]]
    return json.loads(query["symbols"]) if "symbols" in query else None


def _weight(request: web.Request) -> int:
    if request.path != "/api/v3/ticker/24hr":
        return WEIGHTS.get(request.path, 1)
    names = _asked(request)
    return 80 if names is None else next((weight for most, weight in OF_TICKERS if len(names) <= most), 80)
