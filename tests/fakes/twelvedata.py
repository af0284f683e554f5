"""A fake Twelve Data: REST and stream as providers.md section 2 has them, from a truth that the test knows.

What the page marks unverified or contradictory is a flag, so that both readings are run: `errors_as_200` (error objects
come as HTTP 200), `cut_newest` (a full answer lacks its newest bars rather than its oldest), `end_included` (the last
instant asked for belongs to the window), `factors_swapped` (a split's new shares are its `to_factor`), `dear_sizes` (a
large `outputsize` costs twice; 2.1), `minutes_as_traded` (by default minutes are not adjusted; 2.4).
"""

from __future__ import annotations

import datetime as dt

import polars as pl
from aiohttp import web

from tests.fakes import twelvedata_shapes as shapes
from tests.fakes.clock import START
from tests.fakes.truth import Truth
from tests.fakes.twelvedata_quotes import FakeQuotes

NO_DATA = "No data is available on the specified dates. Try setting different start/end dates."
NO_SYMBOL = (
    "**symbol** or **figi** parameter is missing or invalid. Please provide a valid symbol according to API "
    "documentation: https://twelvedata.com/docs#reference-data"
)
GATED = (
    "This symbol is available starting with the Grow or Venture plan. Consider upgrading now at "
    "https://twelvedata.com/pricing"
)
ERRORS = {  # 2.2
    400: "Invalid **interval** provided: 7parsec. Supported intervals: 1min, 5min, 15min, 1day",
    401: "**apikey** parameter is incorrect or not specified. You can get your free API key instantly following this "
    "link: https://twelvedata.com/pricing.",
    403: "/splits_calendar is available exclusively with grow or pro or ultra plans. Consider upgrading your API Key",
    404: NO_SYMBOL,
    414: "The parameter array is too long",
    429: "You have run out of API credits for the current minute. 9 API credits were used, with the current limit "
    "being 8. Wait for the next minute or consider switching to a higher tier plan at https://twelvedata.com/pricing",
    500: "Internal server error",
}
OUT_FOR_THE_DAY = (
    "You have run out of API credits for the day. 801 API credits were used, with the current limit being 800."
)
CREDITS = {"basic": 8, "grow": 55, "pro": 610, "ultra": 2584}  # 2.1
CALENDARS = ("/splits_calendar", "/dividends_calendar")
FREE = ("/technical_indicators", "/batch")  # a batch: its parts are paid for one by one
INTERVALS = {"1min": "1m", "1day": "1d"}
MOST = 5000


class FakeTwelveData(FakeQuotes):
    """Credits are counted by the minute of its clock; answers that are errors cost nothing (2.1).

    `credits`: a size of the plan other than its smallest. `longest`: symbols in one list. `gated`: symbols that the
    plan does not have. `spent_today`: the day's credits are gone.
    """

    def __init__(self, truth: Truth, plan: str = "grow") -> None:
        super().__init__()
        self.truth, self.plan = truth, plan
        self.credits: int | None = None
        self.errors_as_200 = self.cut_newest = self.end_included = self.factors_swapped = False
        self.error_with_200 = self.spent_today = self.dear_sizes = self.minutes_as_traded = False
        self.longest, self.most_a_page = 120, 500
        self.gated: set[str] = set()
        self.now = lambda: START / 1e6
        self.used: dict[int, int] = {}

    def routes(self):
        return {
            "/time_series": self.time_series,
            "/price": self.price,
            "/quote": self.quote,
            "/eod": self.eod,
            "POST /batch": self.batch,
            "/stocks": self.stocks,
            "/etfs": self.etfs,
            "/splits_calendar": self.splits_calendar,
            "/dividends_calendar": self.dividends_calendar,
            "/api_usage": self.api_usage,
            "/market_state": self.market_state,
            "/technical_indicators": self.technical_indicators,
            "/v1/quotes/price": self.stream,
        }

    # errors and credits (2.1, 2.2)

    def error(self, status):
        body = {"code": status, "message": ERRORS.get(status, ERRORS[500]), "status": "error"}
        return body, self.credit_headers()

    def refused(self, status):
        body, headers = self.error(status)
        return web.json_response(body, status=200 if self.errors_as_200 else status, headers=headers)

    def _no(self, code: int, message: str) -> web.Response:
        body = {"code": code, "message": message, "status": "error"}
        return web.json_response(body, status=200 if self.errors_as_200 else code)

    def refusal(self, request):
        # 2.1: Authorization: apikey KEY, or ?apikey=KEY
        said = request.headers.get("Authorization", "").removeprefix("apikey ") or request.query.get("apikey", "")
        if said != self.key:
            return 401
        if request.path in CALENDARS and self.plan == "basic":
            return 403
        return 429 if self._cost(request) > self._left() else None

    @property
    def _limit(self) -> int:
        return self.credits or CREDITS[self.plan]

    def _minute(self) -> int:
        return int(self.clock() // 60)

    def _left(self) -> int:
        return self._limit - self.used.get(self._minute(), 0)

    def _cost(self, request) -> int:
        if request.path in FREE:
            return 0
        dear = self.dear_sizes and int(request.query.get("outputsize", 30)) > 1000
        return 40 if request.path in CALENDARS else len(request.query.get("symbol", "").split(",")) * (2 if dear else 1)

    def credit_headers(self) -> dict[str, str]:
        """For the current minute."""
        return {"api-credits-used": str(self._limit - self._left()), "api-credits-left": str(max(0, self._left()))}

    async def _answered(self, request, handler):
        if self.error_with_200:
            return self.json({"code": 500, "message": ERRORS[500], "status": "error"})
        if self.spent_today:
            return self._no(429, OUT_FOR_THE_DAY)
        answer = await super()._answered(request, handler)
        if answer.status == 200 and b'"status":"error"' not in (answer.body or b"")[-60:]:
            self.used[self._minute()] = self.used.get(self._minute(), 0) + self._cost(request)
        answer.headers.update(self.credit_headers())
        return answer

    # bars (2.3)

    async def time_series(self, request):
        """One symbol, or a list: keyed by symbol, each with values or an error, `Is_batch: true`."""
        symbols = request.query.get("symbol", "").split(",")
        if request.query.get("interval") not in INTERVALS:
            return self.refused(400)
        if len(symbols) > self.longest:
            return self.refused(414)
        answers = {name: self._series(name, request.query) for name in symbols}
        if len(symbols) > 1:
            answer = self.json(answers)
            answer.headers["Is_batch"] = "true"
            return answer
        (alone,) = answers.values()
        return self._no(alone["code"], alone["message"]) if alone["status"] == "error" else self.json(alone)

    def _series(self, symbol: str, query) -> dict[str, object]:
        known = {*self.truth.symbols["symbol"], *self.truth.daily["symbol"], *self.truth.minutes["symbol"]}
        if symbol not in known:
            return {"code": 404, "message": NO_SYMBOL, "status": "error"}
        if symbol in self.gated:
            return {"code": 404, "message": GATED, "status": "error"}
        interval = query["interval"]
        bars = self._within(self.truth.of(INTERVALS[interval], symbol), query)
        if bars.is_empty():
            return {"code": 400, "message": NO_DATA, "status": "error"}
        zone = shapes.NEW_YORK if query.get("timezone", "Exchange") == "Exchange" else dt.UTC
        values = [shapes.value(row, interval, zone) for row in bars.to_dicts()]
        values = values if query.get("order", "desc").lower() == "asc" else values[::-1]
        return {"meta": shapes.meta(symbol, interval), "values": values, "status": "ok"}

    def _within(self, bars: pl.DataFrame, query) -> pl.DataFrame:
        """The window and the size: at most 5000, which end is cut is not known."""
        interval = query["interval"]
        zone = shapes.NEW_YORK if query.get("timezone", "Exchange") == "Exchange" else dt.UTC
        if interval == "1min":
            bars = shapes.regular(bars)
        bars = self._adjusted(bars.sort("time"), query)
        if "start_date" in query:
            bars = bars.filter(pl.col("time") >= shapes.instant_of(query["start_date"], zone, interval))
        if "end_date" in query:
            end = shapes.instant_of(query["end_date"], zone, interval)
            bars = bars.filter(pl.col("time") <= end if self.end_included else pl.col("time") < end)
        dated = "start_date" in query or "end_date" in query
        size = min(int(query.get("outputsize", MOST if dated else 30)), MOST)
        return bars.head(size) if self.cut_newest else bars.tail(size)

    def _adjusted(self, bars: pl.DataFrame, query) -> pl.DataFrame:
        """`adjust` is splits by default (2.4)."""
        unasked = self.minutes_as_traded and query["interval"] == "1min" and "adjust" not in query
        if unasked or query.get("adjust", "splits") in {"none", "dividends"}:
            return bars
        for one in self.truth.actions.filter(pl.col("type") == "split").to_dicts():
            before = (pl.col("symbol") == one["symbol"]) & (pl.col("time").dt.date() < one["ex_date"])
            factor = pl.when(before).then(one["split_from"] / one["split_to"]).otherwise(1.0)
            prices = [pl.col(name) * factor for name in shapes.PRICES]
            bars = bars.with_columns(*prices, pl.col("volume") / factor)
        return bars

    # lists and calendars (2.5)

    async def stocks(self, request):
        """Without filters everything at once."""
        rows = self.truth.symbols.filter(pl.col("type").fill_null("common") != "etf")
        return self._listed(rows, request)

    async def etfs(self, request):
        """Likewise."""
        return self._listed(self.truth.symbols.filter(pl.col("type") == "etf"), request)

    def _listed(self, rows: pl.DataFrame, request):
        if request.query.get("include_delisted") != "true":
            rows = rows.filter("active")
        data = [shapes.listed(row) for row in rows.to_dicts()]
        return self.json({"data": data, "count": len(data), "status": "ok"})

    async def splits_calendar(self, request):
        """A bare array, from the plan Grow on; the days are included."""
        rows = self.truth.actions.filter(pl.col("type") == "split").to_dicts()
        return self._calendar(request, rows, lambda row: shapes.split(row, swapped=self.factors_swapped))

    async def dividends_calendar(self, request):
        """A bare array, by ex date."""
        return self._calendar(
            request, self.truth.actions.filter(pl.col("type") == "dividend").to_dicts(), shapes.dividend
        )

    def _calendar(self, request, rows, shape):
        query = request.query
        rows = [row for row in rows if query["start_date"] <= str(row["ex_date"]) <= query["end_date"]]
        size, page = min(int(query.get("outputsize", 100)), self.most_a_page), int(query.get("page", 1))
        return self.json([shape(row) for row in rows[(page - 1) * size : page * size]])
