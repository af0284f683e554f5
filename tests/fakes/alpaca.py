"""A fake Alpaca, its market data: REST and stream as providers.md section 3 has them, from a truth that the test knows.

Of the checklist (3.8) it has what tells of the market. Account, orders, positions, fills and the stream of trade
updates (3.2 to 3.4) are of trading and are not here: their addresses are 404.

What the page marks unverified or leaves open is a flag, so that both readings are run: `forbidden_as_401` (a wrong key
to the data host is 401 rather than 403), `empty_pages` (pages without a bar before the last), `channels_count` (the
stream's limit counts a symbol once per channel), `renamed` (new name → old one: what `asof` switches off).
"""

from __future__ import annotations

import datetime as dt

import polars as pl
from aiohttp import web

from tests.fakes import alpaca_shapes as shapes
from tests.fakes.alpaca_quotes import FakeQuotes
from tests.fakes.alpaca_reference import ON_THE_ACCOUNT
from tests.fakes.clock import START
from tests.fakes.truth import Truth

DATA_ERRORS = {  # 3.1: the data host says `message` only
    400: "invalid timeframe: 7Parsec",
    401: "request is not authorized",
    403: "subscription does not permit querying recent SIP data",
    404: "endpoint not found.",
    422: "invalid parameter",
    429: "too many requests.",
    500: "internal server error occurred",
}
ADJUSTMENTS = {"raw", "split", "dividend", "spin-off", "all"}
FEEDS = {"sip", "iex", "boats", "otc"}
LIMITS = {"basic": 200, "plus": 10_000}  # 3.1
PRICES = ("open", "high", "low", "close")


class FakeAlpaca(FakeQuotes):
    """`plan`: "basic" asks 200 calls a minute, hears IEX only, and no tape of the last quarter of an hour (3.1)."""

    def __init__(self, truth: Truth, plan: str = "plus") -> None:
        super().__init__()
        self.truth, self.plan, self.most_a_page = truth, plan, 10_000
        self.forbidden_as_401 = self.empty_pages = self.error_with_200 = False
        self.renamed: dict[str, str] = {}
        self.now = lambda: START / 1e6

    def routes(self):
        return {
            "/v2/stocks/bars": self.bars,
            "/v2/stocks/{symbol}/bars": self.bars_of_one,
            "/v2/stocks/bars/latest": self.latest_bars,
            "/v2/stocks/trades/latest": self.latest_trades,
            "/v2/stocks/quotes/latest": self.latest_quotes,
            "/v2/stocks/snapshots": self.snapshots,
            "/v1beta3/crypto/{venue}/bars": self.crypto_bars,
            "/v1beta3/crypto/{venue}/latest/bars": self.crypto_latest_bars,
            "/v1beta3/crypto/{venue}/snapshots": self.crypto_snapshots,
            "/v1/corporate-actions": self.corporate_actions,
            "/v2/assets": self.assets,
            "/v2/clock": self.market_clock,
            "/v2/calendar": self.calendar,
            "/v2/{feed:iex|sip|delayed_sip|test}": self.stream,
            "/v1beta1/{feed:boats|overnight}": self.stream,
            "/v1beta3/crypto/{feed}": self.stream,
        }

    def error(self, status):
        return {"message": DATA_ERRORS.get(status, "internal server error occurred")}, self.rate_headers()

    def refusal(self, request):
        if not self.knows(*(request.headers.get(f"APCA-API-{name}") for name in ("KEY-ID", "SECRET-KEY"))):
            if request.path in ON_THE_ACCOUNT:  # 3.1: the account's host says a code, too
                return web.json_response({"code": 40110000, "message": DATA_ERRORS[401]}, status=401)
            return 401 if self.forbidden_as_401 else 403
        return 429 if self._left() < 0 else None

    def refused(self, status):
        if status == 403:  # 3.1: a wrong key to the data host
            return web.json_response({"message": "forbidden."}, status=403, headers=self.rate_headers())
        return super().refused(status)

    def refused_recent(self) -> web.Response:
        """Refuse the tape of the last quarter of an hour, as the basic plan does."""
        return self.no(403, DATA_ERRORS[403])

    def no(self, status: int, message: str) -> web.Response:
        """Return an error whose sentence is another than its status's usual one."""
        return web.json_response({"message": message}, status=status)

    # limits (3.1)

    def rate_headers(self) -> dict[str, str]:
        """On 200, 400 and 429; the reset in epoch seconds."""
        reset = int(self.clock()) // 60 * 60 + 60
        left = {"X-RateLimit-Limit": str(LIMITS[self.plan]), "X-RateLimit-Remaining": str(max(0, self._left()))}
        return left | {"X-RateLimit-Reset": str(reset), "X-Request-ID": "7b08df51"}

    def _left(self) -> int:
        asked = [one for one in self.asked if one.at > self.tick() - 60.0 and "stream" not in one.path]
        return LIMITS[self.plan] - len(asked)

    async def _answered(self, request, handler):
        if self.error_with_200:
            return self.json({"code": 50010000, "message": "internal server error occurred"})
        answer = await super()._answered(request, handler)
        answer.headers.update(self.rate_headers())
        return answer

    # bars (3.5)

    async def bars(self, request):
        """Many symbols; a symbol without bars is absent (3.5)."""
        return self._stocks(request, request.query.get("symbols", "").split(","))

    async def bars_of_one(self, request):
        """One symbol: `bars` is an array (3.5)."""
        name = request.match_info["symbol"]
        return self._stocks(request, [name], alone=name)

    async def crypto_bars(self, request):
        """The same envelope (3.5). Days begin at midnight UTC, of which the page says nothing: coins have no other."""
        return self._paged(request, self._between(request, request.query["symbols"].split(","), dt.UTC), dt.UTC)

    def _stocks(self, request, symbols: list[str], alone: str = ""):
        query = request.query
        adjustments = query.get("adjustment", "raw").split(",")
        if not set(adjustments) <= ADJUSTMENTS or len(set(adjustments)) < len(adjustments):  # since 2026-11-02
            return self.no(400, f"invalid adjustment: {query['adjustment']}")
        feed = query.get("feed", "sip")
        if feed not in FEEDS:
            return self.no(400, f"invalid feed: {feed}")
        for name in symbols:
            if not shapes.SYMBOL.fullmatch(name):
                return self.no(400, f"invalid symbol: {name}")
        if query.get("timeframe") not in shapes.SPANS or int(query.get("limit", 1000)) > 10_000:
            return self.no(400, f"invalid timeframe or limit: {query.get('timeframe')}")
        if self.plan == "basic" and feed == "sip" and self._recent(query):
            return self.refused_recent()
        bars = self._between(request, symbols, shapes.NEW_YORK)
        if "split" in adjustments or "all" in adjustments:
            bars = self._adjusted(bars)
        return self._paged(request, bars, shapes.NEW_YORK, alone=alone)

    def _recent(self, query) -> bool:
        now = self.clock()
        end = shapes.instant_of(query["end"], ends=True).timestamp() if "end" in query else now
        return end > now - 900

    def _between(self, request, symbols: list[str], zone: dt.tzinfo) -> pl.DataFrame:
        """Bars that start from `start` to `end`, both included."""
        query = request.query
        timeframe = shapes.SPANS[query["timeframe"]]
        start, end = (
            shapes.instant_of(query.get(name, far), ends=name == "end")
            for name, far in (("start", "1990-01-01"), ("end", "2090-01-01"))
        )
        bars = pl.concat([self._named(name, timeframe, query.get("asof", "")) for name in symbols])
        instant = pl.col("time")
        if timeframe == "1d":
            instant = instant.dt.replace_time_zone(None).dt.replace_time_zone(str(zone)).dt.convert_time_zone("UTC")
        return bars.filter(instant.is_between(start.astimezone(dt.UTC), end.astimezone(dt.UTC)))

    def _named(self, symbol: str, timeframe: str, asof: str) -> pl.DataFrame:
        """`asof` maps a symbol to its former name, unless it is "-"."""
        source = symbol if asof == "-" else self.renamed.get(symbol, symbol)
        return self.truth.of(timeframe, source).with_columns(symbol=pl.lit(symbol))

    def _paged(self, request, bars: pl.DataFrame, zone: dt.tzinfo, alone: str = ""):
        """`limit` counts bars of all symbols, sorted by symbol and time; a page may hold fewer; null ends."""
        query = request.query
        timeframe = shapes.SPANS[query["timeframe"]]
        rows, mark, after = shapes.columns(bars, timeframe, zone), "", query.get("page_token")
        if after:
            symbol, mark, t = shapes.read_token(after)
            rows = [row for row in rows if (row[0], row[1]["t"]) > (symbol, t)]
        size = min(int(query.get("limit", 1000)), self.most_a_page)
        if after and self.empty_pages and not mark.endswith("E"):
            token = shapes.token(symbol, timeframe, t, mark="E")
            return self.json({"bars": {}, "next_page_token": token, "currency": "USD"})
        page, more = rows[:size], rows[size:]
        found: dict[str, list[object]] = {}
        for name, bar in page:
            found.setdefault(name, []).append(bar)
        token = shapes.token(page[-1][0], timeframe, page[-1][1]["t"]) if more else None
        body = {"bars": found.get(alone, []), "symbol": alone} if alone else {"bars": found}
        return self.json(body | {"next_page_token": token, "currency": "USD"})

    def _adjusted(self, bars: pl.DataFrame) -> pl.DataFrame:
        for one in self.truth.actions.filter(pl.col("type") == "split").to_dicts():
            before = (pl.col("symbol") == one["symbol"]) & (pl.col("time").dt.date() < one["ex_date"])
            factor = pl.when(before).then(one["split_from"] / one["split_to"]).otherwise(1.0)
            bars = bars.with_columns(*[pl.col(name) * factor for name in PRICES], pl.col("volume") / factor)
        return bars
