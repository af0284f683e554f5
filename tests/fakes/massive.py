"""A fake Massive: REST and stream as providers.md section 1 has them, from a truth that the test knows.

What the page marks unverified or contradictory is a flag, so that both readings are run: `error_for_message` (403 and
404 say their sentence in `error`), `message_for_error` (401 and others say theirs in `message`), `grouped_at_midnight`
(grouped rows stamped with the start of the session), `old_routes_only` (no /stocks/v1 yet), `today_forbidden` (the free
plan's asking for the day that is not published yet is refused rather than answered by nothing; 1.2, section 8).
"""

from __future__ import annotations

import datetime as dt

import polars as pl
from aiohttp import web

from tests.fakes import massive_shapes as shapes
from tests.fakes.clock import START
from tests.fakes.massive_reference import HOST, FakeReference
from tests.fakes.truth import Truth

ERRORS: dict[int, dict[str, str]] = {  # 1.3
    400: {"status": "ERROR", "error": "The parameter 'to' cannot be a time that occurs before 'from'"},
    401: {"status": "ERROR", "error": "Unknown API Key"},
    403: {
        "status": "NOT_AUTHORIZED",
        "message": "You are not entitled to this data. Please upgrade your plan at https://massive.com/pricing",
    },
    404: {"status": "NOT_FOUND", "message": "Ticker not found."},
    429: {
        "status": "ERROR",
        "error": "You've exceeded the maximum requests per minute, please wait or upgrade your subscription to "
        "continue. https://massive.com/pricing",
    },
}
NO_KEY = {"status": "ERROR", "error": "API Key was not provided"}  # 1.3
PRICES = ("open", "high", "low", "close")


class FakeMassive(FakeReference):
    """`plan`: "basic" allows 5 calls a minute, no snapshots, no stream; "starter" says DELAYED (1.2)."""

    def __init__(self, truth: Truth, plan: str = "advanced") -> None:
        super().__init__()
        self.truth, self.plan, self.most_a_page = truth, plan, 50_000
        self.error_for_message = self.message_for_error = False
        self.grouped_at_midnight = self.old_routes_only = False
        self.error_with_200 = self.today_forbidden = False
        self.now = lambda: START / 1e6
        self.held = []

    def routes(self):
        return {
            "/v2/aggs/ticker/{ticker}/range/{multiplier}/{timespan}/{start}/{end}": self.aggregates,
            "/v2/aggs/ticker/{ticker}/prev": self.previous,
            "/v2/aggs/grouped/locale/us/market/stocks/{date}": self.grouped,
            "/v1/open-close/{ticker}/{date}": self.open_close,
            "/v2/snapshot/locale/us/markets/stocks/tickers": self.snapshots,
            "/v2/snapshot/locale/us/markets/stocks/tickers/{ticker}": self.one_snapshot,
            "/v3/reference/tickers": self.tickers,
            "/v3/reference/tickers/{ticker}": self.details,
            "/stocks/v1/splits": self.splits,
            "/stocks/v1/dividends": self.dividends,
            "/v3/reference/splits": self.splits,
            "/v3/reference/dividends": self.dividends,
            "/v1/marketstatus/now": self.market_now,
            "/v1/marketstatus/upcoming": self.market_upcoming,
            "/stocks": self.stocks_cluster,
        }

    def error(self, status):
        return self._in_its_field(ERRORS.get(status, {"status": "ERROR", "error": "internal error"}))

    def _in_its_field(self, said: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
        """Say an error's sentence in `error` or in `message`: which one is not known (1.3, section 8)."""
        body = {"request_id": "9f3c5e0f9a7b4f20", **said}
        if self.error_for_message and "message" in body:
            body |= {"status": "ERROR", "error": body.pop("message")}
        elif self.message_for_error and "error" in body:
            body["message"] = body.pop("error")
        return body, {"X-Request-Id": body["request_id"]}

    def refusal(self, request):
        # 1.2: Authorization: Bearer <KEY>, or ?apiKey=<KEY>
        said = request.headers.get("Authorization", "").removeprefix("Bearer ") or request.query.get("apiKey", "")
        if not said:
            body, headers = self._in_its_field(NO_KEY)
            return web.json_response(body, status=401, headers=headers)
        if said != self.key:
            return 401
        if self.plan == "basic":
            lately = [one for one in self.asked if one.at > self.tick() - 60.0]
            if len(lately) > 5:
                return 429
            if request.path.startswith("/v2/snapshot"):  # 1.5
                return 403
        return 404 if self.old_routes_only and request.path.startswith("/stocks/v1/") else None

    def may_hear(self, channel):
        # 1.2: trades from Developer on, quotes from Advanced on
        plans = {"T": ("developer", "advanced"), "Q": ("advanced",), "LULD": ("advanced",)}
        return self.plan != "basic" and self.plan in plans.get(channel, (self.plan,))

    # aggregates (1.4)

    async def aggregates(self, request):
        """`limit` counts base aggregates, next_url has the rest, none: no `results`; oldest first (1.3, 1.4)."""
        part = request.match_info
        start, end = (shapes.instant_of(part[name], ends=name == "end") for name in ("start", "end"))
        if end < start:
            return self.refused(400)
        if self._unpublished(shapes.date_of(end)):
            if self.today_forbidden:
                return self.refused(403)
            end = shapes.midnight(self._today()) - 1
        query = self._query(request)
        limit = min(int(query.get("limit", 5000)), self.most_a_page)
        timeframe = "1d" if part["timespan"] in shapes.CALENDAR else "1m"
        bars = shapes.with_start(self._adjusted(self.truth.of(timeframe, part["ticker"]), query), timeframe)
        bars = bars.filter(pl.col("t").is_between(start, end))
        backwards = query.get("sort") == "desc"
        page = bars.tail(limit) if backwards else bars.head(limit)
        rows = shapes.windows(page, int(part["multiplier"]), part["timespan"])
        body = self._envelope(rows[::-1] if backwards else rows, query) | {"ticker": part["ticker"]}
        if bars.height > limit:
            path = request.path.rsplit("/", 2)[0]
            rest = f"{start}/{bars['t'][-limit - 1]}" if backwards else f"{bars['t'][limit]}/{end}"
            body["next_url"] = f"{HOST}{path}/{rest}?cursor={shapes.cursor(query)}"
        return self.json(body)

    async def previous(self, request):
        """One element with `T`; its `t` is the close, not midnight (1.4)."""
        name, query = request.match_info["ticker"], self._query(request)
        bars = self._adjusted(self.truth.of("1d", name).sort("time").tail(1), query).to_dicts()
        rows = [{"T": name, **shapes.numbers(row), "t": shapes.close_of(row["time"].date())} for row in bars]
        return self.json(self._envelope(rows, query) | {"ticker": name})

    async def grouped(self, request):
        """Every ticker with trades, unsorted, `t` the end of the window; no `results` without a session (1.4)."""
        date, query = dt.date.fromisoformat(request.match_info["date"]), self._query(request)
        if self._unpublished(date):
            return self.refused(403) if self.today_forbidden else self.json(self._envelope([], query))
        label = dt.datetime.combine(date, dt.time(), dt.UTC)
        bars = self._adjusted(self.truth.daily.filter(pl.col("time") == label), query).reverse()
        stamp = shapes.midnight if self.grouped_at_midnight else shapes.close_of
        rows = [{"T": row["symbol"], **shapes.numbers(row), "t": stamp(date)} for row in bars.to_dicts()]
        return self.json(self._envelope(rows, query))

    async def open_close(self, request):
        """A flat object; 404 "Data not found." for a day without a session (1.3, 1.4)."""
        name, date = request.match_info["ticker"], request.match_info["date"]
        bars = self.truth.of("1d", name).filter(pl.col("time").dt.date() == dt.date.fromisoformat(date)).to_dicts()
        if not bars:
            return web.json_response({"status": "NOT_FOUND", "message": "Data not found."}, status=404)
        prices = {column: bars[0][column] for column in (*PRICES, "volume")}
        return self.json({"status": "OK", "from": date, "symbol": name, **prices})

    def _today(self) -> dt.date:
        return shapes.date_of(int(self.clock() * 1000))

    def _unpublished(self, date: dt.date) -> bool:
        """The free plan has data of the end of the day (1.2)."""
        return self.plan == "basic" and date >= self._today()

    def _adjusted(self, bars: pl.DataFrame, query) -> pl.DataFrame:
        """adjusted=true is the default; splits rescale price and volume, dividends nothing."""
        if query.get("adjusted", "true") == "false":
            return bars
        for one in self.truth.actions.filter(pl.col("type") == "split").to_dicts():
            ratio = one["split_from"] / one["split_to"]
            before = (pl.col("symbol") == one["symbol"]) & (pl.col("time").dt.date() < one["ex_date"])
            factor = pl.when(before).then(ratio).otherwise(1.0)
            bars = bars.with_columns(*[pl.col(name) * factor for name in PRICES], pl.col("volume") / factor)
        return bars

    def _envelope(self, rows, query) -> dict[str, object]:
        if self.error_with_200:  # section 0, rule 10
            return self.error(500)[0]
        body: dict[str, object] = {
            "adjusted": query.get("adjusted", "true") != "false",
            "queryCount": len(rows),
            "resultsCount": len(rows),
            "status": "DELAYED" if self.plan in ("starter", "developer") else "OK",  # 1.3
            "request_id": "3d1c5e0f9a7b4f20",
        }
        return body | {"results": rows, "count": len(rows)} if rows else body

    # snapshots (1.5)

    async def snapshots(self, request):
        """The whole market without paging; unknown tickers are left out in silence (1.5)."""
        wanted = [one for one in request.query.get("tickers", "").split(",") if one]
        found = [one for name, one in self._snapshots() if not wanted or name in wanted]
        return self.json({"status": "OK", "count": len(found), "tickers": found})

    async def one_snapshot(self, request):
        """One ticker; 404 for an unknown one (1.5)."""
        found = dict(self._snapshots()).get(request.match_info["ticker"])
        return self.json({"status": "OK", "ticker": found}) if found else self.refused(404)

    def _snapshots(self):
        for row in self.truth.daily.sort("time").group_by("symbol").last().sort("symbol").to_dicts():
            now = shapes.numbers(row)
            times = {"updated": 1_795_185_185_123_456_789, "todaysChange": 0.0, "todaysChangePerc": 0.0}  # ns
            minute = {"av": row["volume"], "t": 1_795_185_060_000, **now}  # ms
            yield row["symbol"], {"ticker": row["symbol"], "day": now, "min": minute, "prevDay": now, **times}
