"""A fake Twelve Data: REST and stream as providers.md section 2 has them, from a truth that the test knows.

What the page marks unverified or contradictory is a flag, so that both readings are run: `errors_as_200` (error objects
come as HTTP 200), `cut_newest` (a full answer lacks its newest bars rather than its oldest), `end_included` (the last
instant asked for belongs to the window), `factors_swapped` (a split's new shares are its `to_factor`), `dear_sizes` (a
large `outputsize` costs twice; 2.1), `minutes_as_traded` (by default minutes are not adjusted; 2.4).
"""

from __future__ import annotations

from aiohttp import web

from tests.fakes.clock import START
from tests.fakes.truth import Truth
from tests.fakes.twelvedata_errors import OUT_FOR_THE_DAY, error
from tests.fakes.twelvedata_lists import FakeLists
from tests.fakes.twelvedata_series import GOOD

CREDITS = {"basic": 8, "grow": 55, "pro": 610, "ultra": 2584}  # 2.1
CALENDARS = ("/splits_calendar", "/dividends_calendar")
FREE = ("/technical_indicators", "/batch")  # a batch: its parts are paid for one by one


class FakeTwelveData(FakeLists):
    """Credits are counted by the minute of its clock; answers that are errors cost nothing (2.1).

    `credits`: a size of the plan other than its smallest. `spent_today`: the day's credits are gone.
    """

    def __init__(self, truth: Truth, plan: str = "grow") -> None:
        super().__init__(truth)
        self.plan = plan
        self.credits: int | None = None
        self.errors_as_200 = self.error_with_200 = self.spent_today = self.dear_sizes = False
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

    # errors (2.2)

    def error(self, status):
        return error(status), self.credit_headers()

    def refused(self, status):
        body, headers = self.error(status)
        return web.json_response(body, status=200 if self.errors_as_200 else status, headers=headers)

    def no(self, code: int, message: str) -> web.Response:
        """Return an error whose sentence is another than its code's usual one."""
        return web.json_response(error(code, message), status=200 if self.errors_as_200 else code)

    # credits (2.1)

    def refusal(self, request):
        # 2.1: Authorization: apikey KEY, or ?apikey=KEY
        said = request.headers.get("Authorization", "").removeprefix("apikey ") or request.query.get("apikey", "")
        if said != self.key:
            return 401
        if request.path in CALENDARS and self.plan == "basic":
            return 403
        return 429 if self._cost(request) > self.credits_left() else None

    @property
    def _limit(self) -> int:
        return self.credits or CREDITS[self.plan]

    def _minute(self) -> int:
        return int(self.clock() // 60)

    def credits_left(self) -> int:
        """Return what may be spent in the current minute."""
        return self._limit - self.used.get(self._minute(), 0)

    def spend(self, credits: int) -> None:
        """Take note of what was spent in the current minute."""
        self.used[self._minute()] = self.used.get(self._minute(), 0) + credits

    def _cost(self, request) -> int:
        if request.path in FREE:
            return 0
        symbols = request.query.get("symbol", "").split(",")
        return 40 if request.path in CALENDARS else len(symbols) * self._each(request)

    def _each(self, request) -> int:
        """What a symbol costs: one credit, or two for many bars of it."""
        return 2 if self.dear_sizes and int(request.query.get("outputsize", 30)) > 1000 else 1

    def credit_headers(self) -> dict[str, str]:
        """For the current minute."""
        left = self.credits_left()
        return {"api-credits-used": str(self._limit - left), "api-credits-left": str(max(0, left))}

    def usage(self) -> dict[str, object]:
        """What the account says of the current minute (2.5)."""
        used = self._limit - self.credits_left()
        return {"current_usage": used, "plan_limit": self._limit, "plan_category": self.plan}

    async def _answered(self, request, handler):
        if self.error_with_200:
            return self.json(error(500))
        if self.spent_today:
            return self.no(429, OUT_FOR_THE_DAY)
        answer = await super()._answered(request, handler)
        if answer.status == 200:
            good = request.get(GOOD)
            self.spend(self._cost(request) if good is None else good * self._each(request))
        answer.headers.update(self.credit_headers())
        return answer
