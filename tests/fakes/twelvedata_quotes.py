"""Twelve Data's single prices, its account and its batches (providers.md 2.3, 2.5, 2.7)."""

from __future__ import annotations

import datetime as dt
from urllib.parse import parse_qsl, urlsplit

from tests.fakes import twelvedata_shapes as shapes
from tests.fakes.twelvedata_stream import FakeStream

LASTING = {"exchange": "NASDAQ", "mic_code": "XNGS", "currency": "USD"}


class FakeQuotes(FakeStream):
    """Beside the bars: what the adapter does not ask for, and the vendor's own client does."""

    async def price(self, request):
        """The last price of one symbol (2.5)."""
        return self.json(self._price(request.query))

    async def eod(self, request):
        """The last close (2.5)."""
        last, name = self._last(request.query), request.query["symbol"]
        day = f"{last['time']:%Y-%m-%d}"
        return self.json({"symbol": name, **LASTING, "datetime": day, "close": shapes.text(last["close"])})

    async def quote(self, request):
        """The day so far beside the day before; `timestamp` and `last_quote_at` in seconds (2.5)."""
        last, name = self._last(request.query), request.query["symbol"]
        numbers = {column: shapes.text(last[column]) for column in (*shapes.PRICES, "volume")}
        times = {"timestamp": int(last["time"].timestamp()), "last_quote_at": int(self.clock())}
        day = f"{last['time']:%Y-%m-%d}"
        return self.json({"symbol": name, **LASTING, "datetime": day, **times, **numbers, "is_market_open": True})

    async def batch(self, request):
        """`POST /batch`: relative addresses in, an answer or an error of each out (2.3)."""
        data = {}
        for name, part in (await request.json()).items():
            where = urlsplit(part["url"])
            query = dict(parse_qsl(where.query))
            made = {"/time_series": lambda query: self._series(query["symbol"], query), "/price": self._price}
            answer = made[where.path](query)
            data[name] = {"response": answer, "status": "error" if answer.get("status") == "error" else "success"}
        return self.json({"code": 200, "status": "success", "data": data})

    def _last(self, query) -> dict[str, object]:
        return self.truth.of("1d", query["symbol"]).sort("time").to_dicts()[-1]

    def _price(self, query) -> dict[str, object]:
        return {"price": shapes.text(self._last(query)["close"])}

    async def api_usage(self, request):
        """It costs a credit itself."""
        usage = {"current_usage": self._limit - self._left(), "plan_limit": self._limit, "plan_category": self.plan}
        now = dt.datetime.fromtimestamp(self.clock(), dt.UTC)
        return self.json({"timestamp": f"{now:%Y-%m-%d %H:%M:%S}", **usage})

    async def market_state(self, request):
        """A bare array."""
        return self.json([{"name": "NASDAQ", "code": "XNGS", "country": "United States", "is_market_open": True}])

    async def technical_indicators(self, request):
        """The official client asks for it when it is made (2.7)."""
        return self.json({"data": {}, "status": "ok"})
