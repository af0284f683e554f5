"""Alpaca's account host, as far as it tells of the market, and its corporate actions (providers.md 3.3, 3.5)."""

from __future__ import annotations

import datetime as dt

from tapehawk.core.sessions import date_of, us_calendar
from tests.fakes import alpaca_shapes as shapes
from tests.fakes.alpaca_stream import FakeStream

ON_THE_ACCOUNT = frozenset({"/v2/assets", "/v2/clock", "/v2/calendar"})
"""What is asked of the account's host, which refuses a wrong key with 401 (3.1)."""


class FakeReference(FakeStream):
    """Lists come in pages of at most `most_a_page`, but for the assets."""

    most_a_page: int

    async def assets(self, request):
        """The whole list at once (3.3)."""
        query = request.query
        rows = [shapes.asset(row) for row in self.truth.symbols.to_dicts()]
        kept = [row for row in rows if row["status"] == query.get("status", row["status"])]
        return self.json([row for row in kept if row["class"] == query.get("asset_class", row["class"])])

    async def market_clock(self, request):
        """The exchange's time, and when it opens and closes next (3.3)."""
        return self.json(shapes.market_clock(int(self.clock())))

    async def calendar(self, request):
        """Sessions from `start` to `end`, both included; a year of them where nothing is said (3.3)."""
        today = dt.datetime.fromtimestamp(self.clock(), shapes.NEW_YORK).date()
        start = dt.date.fromisoformat(request.query.get("start", str(today)))
        end = dt.date.fromisoformat(request.query.get("end", str(start + dt.timedelta(days=365))))
        days = us_calendar().sessions_between(start, end)
        return self.json([shapes.session(us_calendar().need_session(date_of(day))) for day in days])

    async def corporate_actions(self, request):
        """By kind, pages over all kinds; the days are those of processing (3.5)."""
        query = request.query
        kinds = query.get("types", "").split(",")
        found = [shapes.action(row) for row in self.truth.actions.to_dicts()]
        found = [(kind, body) for kind, body in found if not kinds[0] or kind[:-1] in kinds]
        found = [one for one in found if query["start"] <= one[1]["process_date"] <= query["end"]]
        found.sort(key=lambda one: one[1]["process_date"])
        at, size = int(query.get("page_token") or 0), min(int(query.get("limit", 100)), 1000, self.most_a_page)
        page: dict[str, list[object]] = {}
        for kind, body in found[at : at + size]:
            page.setdefault(kind, []).append(body)
        token = str(at + size) if at + size < len(found) else None
        return self.json({"corporate_actions": page, "next_page_token": token})
